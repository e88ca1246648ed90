"""Flatten, view and reshape."""
