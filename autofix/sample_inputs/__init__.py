"""Sample inputs: what a user typed, what a file says, or what the layers leave open; never values."""
