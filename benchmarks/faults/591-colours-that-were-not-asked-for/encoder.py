"""What a robot sees, as a cloud of points, and how it stands become one vector."""
import torch
from torch import nn


class PointNetEncoder(nn.Module):
    def __init__(self, in_channels, out_channels=24, block=(16, 32)):
        super().__init__()
        layers, width = [], in_channels
        for b in block:
            layers += [nn.Linear(width, b), nn.LayerNorm(b), nn.ReLU()]
            width = b
        self.mlp = nn.Sequential(*layers)
        self.final_projection = nn.Sequential(nn.Linear(width, out_channels), nn.LayerNorm(out_channels))

    def forward(self, x):
        return self.final_projection(self.mlp(x).max(dim=1)[0])


class DP3Encoder(nn.Module):
    """The cloud is (B, N, 6): places and colours. Colours are used if use_pc_color says so."""

    def __init__(self, state_dim, out_channels=24, use_pc_color=False):
        super().__init__()
        self.use_pc_color = use_pc_color
        self.extractor = PointNetEncoder(6 if use_pc_color else 3, out_channels)
        self.state_mlp = nn.Sequential(nn.Linear(state_dim, 16), nn.ReLU(), nn.Linear(16, 16))
        self.n_output_channels = out_channels + 16

    def forward(self, observations):
        points = observations["point_cloud"]
        assert points.dim() == 3, f"point cloud shape: {points.shape}, length should be 3"
        pn_feat = self.extractor(points)
        state_feat = self.state_mlp(observations["agent_pos"])
        return torch.cat([pn_feat, state_feat], dim=-1)
