"""Telling members: what messages look like, the ways to the member, and the loop that does it."""
