"""Renders reports and traces as text, JSON and SARIF; it neither prints nor opens a file."""
