"""Writing changes: insert, exchange, resize, transpose, cast."""
