"""Many targets: find them in a tree, run the engine on each in a process of its own, keep and join the results."""
