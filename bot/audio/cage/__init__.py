"""What a worker may do: nothing but decode, whatever a file makes of it."""
