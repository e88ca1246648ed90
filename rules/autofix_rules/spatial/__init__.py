"""Sizes of feature maps."""
