"""What may be asked of one run: who made a tensor, who reads it, where a size came from."""
