"""Jobs and their moves, requests, titles, recipes, and who may see what: pure, no I/O."""
