"""What a user names to a target: files, models, programs, settings."""
