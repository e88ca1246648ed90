"""A copy of the library at its present version."""
from open_clip.transformer import TextTransformer

__version__ = "2.29.0"
__all__ = ["TextTransformer"]
