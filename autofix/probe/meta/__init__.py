"""Runs without storage."""
