from collections import deque

import numpy as np


class ArmEnv:
    def reset(self):
        self.position, self.t = np.zeros(3, dtype=np.float32), 0
        return self.observe()

    def observe(self):
        joints = np.sin(np.arange(4, dtype=np.float32) + self.t)
        return {"position": self.position.copy(), "joints": joints, "gripper": np.ones(2, dtype=np.float32)}

    def step(self, action):
        self.position += 0.1 * np.asarray(action, dtype=np.float32)
        self.t += 1
        return self.observe(), -float(np.abs(self.position - 0.5).sum())


class FrameStack:
    """Hands out the last frames stacked along a new first axis."""

    def __init__(self, env, frames):
        self.env, self.history = env, deque(maxlen=frames)

    def stacked(self):
        return {key: np.stack([frame[key] for frame in self.history]) for key in self.history[-1]}

    def reset(self):
        first = self.env.reset()
        self.history.extend([first] * self.history.maxlen)
        return self.stacked()

    def step(self, action):
        obs, reward = self.env.step(action)
        self.history.append(obs)
        return self.stacked(), reward
