"""An abstract interpreter: the layers, sizes and calls of a model, told from its text alone.

It never runs the model. What the text leaves open is UNKNOWN rather than guessed.
"""
