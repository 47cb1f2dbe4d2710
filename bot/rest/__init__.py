"""Discord's REST API: what its answers mean, and how many bad ones there were."""
