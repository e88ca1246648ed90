"""A critic for a runner, from the last four observations."""
import torch
from torch import nn

from pooling import LamaPooling

HISTORY, OBSERVATION, ACTION = 4, 10, 3


class LamaCritic(nn.Module):
    def __init__(self, hidden=24):
        super().__init__()
        self.observation = nn.Sequential(nn.Linear(OBSERVATION, hidden), nn.ReLU())
        self.pooling = LamaPooling(hidden)
        self.head = nn.Sequential(nn.Linear(self.pooling.features_out + ACTION, 32), nn.ReLU(), nn.Linear(32, 1))

    def forward(self, state, action):
        x = self.pooling(self.observation(state))
        return self.head(torch.cat([x, action], dim=1))


def replay(count, g):
    state = torch.randn(count, HISTORY, OBSERVATION, generator=g)
    action = torch.rand(count, ACTION, generator=g) * 2 - 1
    moment = state[..., 0].argmax(dim=1)
    value = state[torch.arange(count), moment, 1:1 + ACTION] * action
    return state, action, value.sum(dim=1, keepdim=True)


if __name__ == "__main__":
    torch.manual_seed(0)
    g = torch.Generator().manual_seed(2)
    critic = LamaCritic()
    optimizer = torch.optim.Adam(critic.parameters(), lr=3e-3)
    for step in range(60):
        state, action, value = replay(64, g)
        loss = nn.functional.mse_loss(critic(state, action), value)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 20 == 19:
            print(f"{step + 1}: {loss.item():.4f}")
