"""What a member does in the stand-in's world, for the driver: look around, and talk."""
