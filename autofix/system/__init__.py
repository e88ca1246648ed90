"""What the machine needs of a process: pauses of the collector, where a path really lies."""
