"""The status card: the first answer to a request, kept true until its job has ended."""
