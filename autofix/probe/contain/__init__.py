"""What the code may use, reach and leave behind."""
