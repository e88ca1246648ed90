"""Actions from noise in one step, given what was seen of late."""
import torch
from torch import nn

from encoder import DP3Encoder


class ManiCM(nn.Module):
    def __init__(self, state_dim=4, action_dim=3, horizon=4, n_obs_steps=2, use_pc_color=False):
        super().__init__()
        self.action_dim, self.horizon, self.n_obs_steps = action_dim, horizon, n_obs_steps
        self.obs_encoder = DP3Encoder(state_dim, use_pc_color=use_pc_color)
        cond = self.obs_encoder.n_output_channels * n_obs_steps
        self.model = nn.Sequential(nn.Linear(cond + horizon * action_dim + 1, 64), nn.Mish(), nn.Linear(64, horizon * action_dim))

    def forward(self, point_cloud, agent_pos, noisy_action, timestep):
        """Cloud (B, To, N, 6), pose (B, To, S), actions (B, T, A), time (B,)."""
        b = point_cloud.size(0)
        this_nobs = {"point_cloud": point_cloud[:, : self.n_obs_steps].flatten(0, 1), "agent_pos": agent_pos[:, : self.n_obs_steps].flatten(0, 1)}
        nobs_features = self.obs_encoder(this_nobs).reshape(b, -1)
        x = torch.cat([nobs_features, noisy_action.flatten(1), timestep.unsqueeze(1)], dim=1)
        return self.model(x).view(b, self.horizon, self.action_dim)
