"""Wrap a robot's environment: cameras and joints become arrays as the policy knows them from its training."""
import numpy as np

from sim import SIZE


class ImageWrapper:
    """Images in [-1, 1], all cameras behind one another along the channels; joints as they are."""

    def __init__(self, env, cameras=("front", "wrist")):
        self.env = env
        self.cameras = cameras

    def reset(self):
        return self.observation(self.env.reset())

    def step(self, action):
        raw, reward, done = self.env.step(action)
        return self.observation(raw), reward, done

    def observation(self, raw):
        images = [raw[name].astype(np.float32) / 127.5 - 1 for name in self.cameras]
        return {"rgb": np.concatenate(images, axis=0), "state": raw["joints"].astype(np.float32)}
