"""AI/ML API: the music models, the two generation calls, billing, and the finished file."""
