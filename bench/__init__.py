"""What `make bench` measures: the real bot as its own process, between the stand-ins."""
