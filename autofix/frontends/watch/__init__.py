"""Watch: files are checked again on each save, on sessions that stay warm, and one screen shows how they are."""
