import torch
from torch import nn


class DecisionTransformer(nn.Module):
    """Reads returns to go, states and actions and predicts the action of every step.

    The last axis of the input is one number for the return, state_dim for the state, then the action.
    """

    def __init__(self, state_dim=4, action_dim=2, dim=32, max_steps=20, depth=2):
        super().__init__()
        self.sizes = (1, state_dim, action_dim)
        self.embed_return = nn.Linear(1, dim)
        self.embed_state = nn.Linear(state_dim, dim)
        self.embed_action = nn.Linear(action_dim, dim)
        self.time = nn.Embedding(max_steps, dim)
        self.norm = nn.LayerNorm(dim)
        self.blocks = nn.ModuleList(
            nn.TransformerEncoderLayer(dim, 4, 64, dropout=0.0, batch_first=True) for _ in range(depth))
        self.action = nn.Sequential(nn.Linear(dim, action_dim), nn.Tanh())

    def forward(self, trajectory):
        returns, states, actions = trajectory.split(self.sizes, dim=-1)
        b, t, _ = states.shape
        time = self.time.weight[:t]
        sequence = torch.cat([
            self.embed_return(returns) + time,
            self.embed_state(states) + time,
            self.embed_action(actions) + time], dim=1)
        causal = torch.ones(3 * t, 3 * t, dtype=torch.bool).triu(1)
        x = self.norm(sequence)
        for block in self.blocks:
            x = block(x, src_mask=causal)
        return self.action(x[:, 1::3])
