"""What a repair is judged by once it has been run: the checks it passed, what it changed, why it may be unsafe."""
