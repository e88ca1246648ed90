"""Several models of how a leg moves, learnt side by side; where they differ, little is known."""
import torch
from torch import nn


class EnsembleLinear(nn.Module):
    def __init__(self, members, fan_in, fan_out):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(members, fan_in, fan_out) / fan_in ** 0.5)
        self.bias = nn.Parameter(torch.zeros(members, 1, fan_out))

    def forward(self, x):
        return x @ self.weight + self.bias


class Dynamics(nn.Module):
    def __init__(self, members=5, state=4, action=2, hidden=32):
        super().__init__()
        self.net = nn.Sequential(
            EnsembleLinear(members, state + action, hidden), nn.SiLU(),
            EnsembleLinear(members, hidden, hidden), nn.SiLU(),
            EnsembleLinear(members, hidden, state),
        )

    def forward(self, state, action):
        """(members, batch, state): the state that every member expects."""
        return state + self.net(torch.cat([state, action], dim=-1))


def leg(state, action):
    angle, speed = state[:, :2], state[:, 2:]
    speed = 0.95 * speed - 0.1 * torch.sin(angle) + 0.1 * action
    return torch.cat([angle + 0.1 * speed, speed], dim=1)


def disagreement(model, state, action):
    with torch.no_grad():
        return model(state, action).var(dim=0).sum(dim=-1)


if __name__ == "__main__":
    torch.manual_seed(0)
    state, action = torch.randn(512, 4), torch.randn(512, 2)
    following = leg(state, action)
    model = Dynamics()
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for step in range(150):
        index = torch.randint(0, 512, (64,))
        loss = (model(state[index], action[index]) - following[index]).square().mean(dim=(1, 2)).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 50 == 0:
            print(f"step {step}: {loss.item() / 5:.4f}")
    near = disagreement(model, state[:64], action[:64]).mean()
    far = disagreement(model, 4 * state[:64], action[:64]).mean()
    print(f"they differ by {near:.4f} near, by {far:.4f} far away")
