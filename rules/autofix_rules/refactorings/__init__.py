"""Rewriting healthy models."""
