import torch
from torch import nn


class StepPlanner(nn.Module):
    """Per step a return, a state and an action; the next of each is predicted."""

    def __init__(self, state_dim=3, action_dim=2, hidden=24):
        super().__init__()
        self.sizes = (1, state_dim, action_dim)
        self.hidden = hidden
        self.embed = nn.ModuleList(nn.Linear(n, hidden) for n in self.sizes)
        self.block = nn.TransformerEncoderLayer(hidden, 3, 48, dropout=0.0, batch_first=True)
        self.predict_return = nn.Linear(hidden, 1)
        self.predict_state = nn.Linear(hidden, state_dim)
        self.predict_action = nn.Linear(hidden, action_dim)

    def forward(self, trajectory):
        b, t, _ = trajectory.shape
        parts = [embed(part) for embed, part in zip(self.embed, trajectory.split(self.sizes, dim=-1))]
        x = torch.stack(parts, dim=1).permute(0, 2, 1, 3).reshape(b, 3 * t, self.hidden)
        causal = torch.ones(3 * t, 3 * t, dtype=torch.bool).triu(1)
        x = self.block(x, src_mask=causal)
        x = x.reshape(b, t, 3, self.hidden).permute(0, 2, 1, 3)
        following = self.predict_return(x[:, 2])
        state = self.predict_state(x[:, 2])
        action = self.predict_action(x[:, 1])
        return torch.cat([following, state, action], dim=-1)
