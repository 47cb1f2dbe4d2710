"""What tracks cost: known before, and exact after."""
