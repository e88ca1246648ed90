"""Arguments of layers."""
