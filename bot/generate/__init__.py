"""From a request to a generation that has ended at the provider."""
