"""The life of the process: requests, workers, replies."""
