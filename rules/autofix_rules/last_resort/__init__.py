"""What is tried when nothing else helps."""
