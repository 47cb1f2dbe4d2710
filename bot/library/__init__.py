"""Finished tracks: lists, replay, sharing, removal."""
