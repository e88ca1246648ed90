"""The ways in for people and editors: each parses its input, calls the engine and renders the answer."""
