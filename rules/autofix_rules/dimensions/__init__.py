"""The order and number of dimensions, and how they are named and indexed."""
