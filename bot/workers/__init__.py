"""The loops that carry jobs on: each claims due work from the store and handles it."""
