"""Rules, where they are found, and the candidates that they give."""
