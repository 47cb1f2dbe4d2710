"""The chat page: the sandbox's Discord as people see it, in a browser."""
