"""What a finished file sounds like: checked, drawn, described, and made small enough to send."""
