"""From an ending to its member: messages, and the ways to them."""
