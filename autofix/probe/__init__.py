"""The probe: runs in the user's Python with the standard library and torch only.

It records what a model does and answers with plain data; it interprets nothing and imports nothing of the front-end.
"""
