"""Results that are used wrongly."""
