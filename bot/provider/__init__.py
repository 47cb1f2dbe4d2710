"""AI/ML API: the music models, the generation calls, billing and logs, and the finished file."""
