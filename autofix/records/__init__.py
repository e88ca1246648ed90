"""Every record that crosses a stage boundary: plain, frozen data that knows no format, no file system and no torch."""
