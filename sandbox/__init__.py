"""Stand-ins for Discord and the music provider, on loopback, speaking their real wire protocols."""
