"""The conversation with one probe process: start, ask, wait, read and check the reply."""
