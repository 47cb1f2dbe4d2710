"""Discord commands and buttons, one file per theme: from Discord to the domain and back."""
