"""Let a policy that plans chunks of actions drive a toy arm."""
import torch

from arm import ArmEnv, FrameStack
from policy import ChunkPolicy


def make_env(observation_horizon):
    env = ArmEnv()
    if observation_horizon > 1:
        env = FrameStack(env, observation_horizon)
    return env


def rollout(policy, env, horizon):
    obs = env.reset()
    policy.reset()
    total = 0.0
    for _ in range(horizon):
        batch = {name: torch.as_tensor(value).unsqueeze(0) for name, value in obs.items()}
        action = policy.get_action(batch)
        obs, reward = env.step(action[0])
        total += reward
    return total


if __name__ == "__main__":
    torch.manual_seed(0)
    for observation_horizon in (2, 1):
        policy = ChunkPolicy({"position": 3, "joints": 4, "gripper": 2}, 3, observation_horizon)
        print(observation_horizon, rollout(policy, make_env(observation_horizon), 10))
