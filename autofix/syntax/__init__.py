"""One parsed file: text, tree, names, comments, and edits of one call."""
