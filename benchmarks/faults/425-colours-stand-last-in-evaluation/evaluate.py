"""Let a policy act that was trained on recorded images, stored as (channels, height, width)."""
import torch
from torch import nn

from sim import Arm
from wrapper import ImageWrapper


class VisionPolicy(nn.Module):
    """Each camera goes through the same encoder of coloured images."""

    def __init__(self, cameras=2, joints=4, width=16):
        super().__init__()
        self.cameras = cameras
        self.encoder = nn.Sequential(
            nn.Conv2d(3, 8, 5, stride=2), nn.ReLU(), nn.Conv2d(8, width, 3, stride=2), nn.ReLU(),
            nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.head = nn.Linear(cameras * width + joints, joints)

    def forward(self, obs):
        images = obs["rgb"].chunk(self.cameras, dim=1)
        features = [self.encoder(image) for image in images]
        return torch.tanh(self.head(torch.cat([*features, obs["state"]], dim=1)))


@torch.no_grad()
def rollout(policy, env, steps=5):
    obs, total = env.reset(), 0.0
    for _ in range(steps):
        batch = {key: torch.from_numpy(value)[None] for key, value in obs.items()}
        obs, reward, done = env.step(policy(batch)[0].numpy())
        total += reward
    return total


if __name__ == "__main__":
    torch.manual_seed(0)
    policy = VisionPolicy()
    recorded = {"rgb": torch.rand(8, 6, 18, 24) * 2 - 1, "state": torch.randn(8, 4)}
    print(policy(recorded).shape)
    print(round(rollout(policy, ImageWrapper(Arm())), 2))
