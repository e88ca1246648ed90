"""A stand-in for the simulator: two cameras of height, width and colour, and four joints."""
import numpy as np

SIZE = (18, 24)


class Arm:
    def __init__(self, seed=0):
        self.random = np.random.default_rng(seed)
        self.joints = np.zeros(4)

    def look(self):
        views = {name: self.random.integers(0, 256, (*SIZE, 3), dtype=np.uint8) for name in ("front", "wrist")}
        return {**views, "joints": self.joints.copy()}

    def reset(self):
        self.joints[:] = 0
        return self.look()

    def step(self, action):
        self.joints += 0.1 * action
        return self.look(), -float(np.abs(self.joints - 1).sum()), False
