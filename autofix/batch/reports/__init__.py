"""The outcomes of a batch in every format: one file each, from the same records."""
