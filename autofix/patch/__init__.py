"""Edits to texts, and texts to a unified diff that is read back before it is shown."""
