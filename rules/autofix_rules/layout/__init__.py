"""The order of dimensions."""
