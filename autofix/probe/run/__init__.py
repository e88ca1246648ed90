"""One run: load, construct, forward, checks."""
