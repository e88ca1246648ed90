"""Joining, sums and broadcasting."""
