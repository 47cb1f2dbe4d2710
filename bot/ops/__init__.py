"""For whoever runs the bot: health, the doctor."""
