"""What only the host can fix is told to the host, once each time it happens."""
