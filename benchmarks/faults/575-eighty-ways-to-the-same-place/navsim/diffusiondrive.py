"""Paths of a car, made of noise around anchors."""
import torch
import torch.nn.functional as F
from torch import nn


class TrajectoryHead(nn.Module):
    """``num_anchors`` paths, each made ``num_groups`` times."""

    def __init__(self, anchors, num_groups=4, status_dim=6, d_model=16):
        super().__init__()
        self.register_buffer("anchors", anchors)
        self.num_groups = num_groups
        self.status = nn.Linear(status_dim, d_model)
        self.path = nn.Linear(anchors[0].numel(), d_model)
        self.layer = nn.TransformerEncoderLayer(d_model, 2, d_model * 2, 0.0, batch_first=True)
        self.delta = nn.Linear(d_model, anchors[0].numel())
        self.score = nn.Linear(d_model, 1)

    def denoise(self, status, paths):
        """Paths (B, G, T, 3) nearer to where one drives, and how good each is (B, G)."""
        h = self.layer(self.path(paths.flatten(2)) + self.status(status)[:, None])
        return paths + self.delta(h).view_as(paths), self.score(h).squeeze(-1)

    def noisy(self, batch, generator):
        paths = self.anchors.repeat(self.num_groups, 1, 1).expand(batch, -1, -1, -1)
        return paths + 0.1 * torch.randn(paths.shape, generator=generator)

    def forward(self, status, generator=None):
        return self.denoise(status, self.noisy(len(status), generator))


def reward(paths, target):
    """Better the nearer the end is to where somebody drove."""
    return -(paths[:, :, -1, :2] - target[:, None, -1, :2]).norm(dim=-1)


def loss_rl(head, status, target, generator=None):
    diffusion_output, scores = head(status, generator)
    with torch.no_grad():
        r = reward(diffusion_output, target)
        advantage = (r - r.mean(dim=1, keepdim=True)) / (r.std(dim=1, keepdim=True) + 1e-4)
    target_traj = target.unsqueeze(1)
    trajectory_loss = F.l1_loss(diffusion_output, target_traj)
    policy_loss = -(advantage * F.log_softmax(scores, dim=1)).mean()
    return {"policy": policy_loss, "trajectory": trajectory_loss, "loss": policy_loss + 0.1 * trajectory_loss}
