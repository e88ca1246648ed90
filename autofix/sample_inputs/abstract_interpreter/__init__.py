"""A sketch of a model: the layers, sizes and calls that can be told from its text alone.

It never runs the model. What the text leaves open is UNKNOWN rather than guessed.
"""
