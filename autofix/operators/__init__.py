"""What torch's operators are: shape arithmetic and argument names, without torch."""
