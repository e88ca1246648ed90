"""A critic that gives for each action how probable each return of a grid is."""
import torch
from torch import nn
import torch.nn.functional as F

VMIN, VMAX, N_ATOMS = -10.0, 10.0, 21
DELTA_Z = (VMAX - VMIN) / (N_ATOMS - 1)


class D4PGCritic(nn.Module):
    def __init__(self, obs_size, act_size):
        super().__init__()
        self.obs_net = nn.Sequential(nn.Linear(obs_size, 24), nn.ReLU())
        self.out_net = nn.Sequential(nn.Linear(24 + act_size, 24), nn.ReLU(), nn.Linear(24, N_ATOMS))

    def forward(self, x, a):
        return self.out_net(torch.cat([self.obs_net(x), a], dim=1))


def distr_projection(next_distr, rewards, dones, gamma):
    """Put the distribution of what follows, (batch, atoms), on the grid after a reward (batch,)."""
    batch_size = len(rewards)
    proj_distr = torch.zeros(batch_size, N_ATOMS)
    for atom in range(N_ATOMS):
        tz_j = (rewards + (VMIN + atom * DELTA_Z) * gamma).clamp(VMIN, VMAX)
        b_j = (tz_j - VMIN) / DELTA_Z
        low, up = b_j.floor().long(), b_j.ceil().long()
        eq_mask = up == low
        proj_distr[eq_mask, low[eq_mask]] += next_distr[eq_mask, atom]
        ne_mask = up != low
        proj_distr[ne_mask, low[ne_mask]] += next_distr[ne_mask, atom] * (up - b_j)[ne_mask]
        proj_distr[ne_mask, up[ne_mask]] += next_distr[ne_mask, atom] * (b_j - low)[ne_mask]

    if dones.any():
        proj_distr[dones] = 0.0
        tz_j = rewards[dones].clamp(VMIN, VMAX)
        b_j = (tz_j - VMIN) / DELTA_Z
        low, up = b_j.floor().long(), b_j.ceil().long()
        eq_mask = up == low
        eq_dones = dones.clone()
        eq_dones[dones] = eq_mask
        if eq_dones.any():
            proj_distr[eq_dones, low] = 1.0
        ne_mask = up != low
        ne_dones = dones.clone()
        ne_dones[dones] = ne_mask
        if ne_dones.any():
            proj_distr[ne_dones, low] = (up - b_j)[ne_mask]
            proj_distr[ne_dones, up] = (b_j - low)[ne_mask]
    return proj_distr


def train_step(critic, target, optimizer, batch, gamma=0.99):
    states, actions, rewards, dones, next_states, next_actions = batch
    with torch.no_grad():
        next_distr = F.softmax(target(next_states, next_actions), dim=1)
        proj_distr = distr_projection(next_distr, rewards, dones, gamma)
    loss = -(F.log_softmax(critic(states, actions), dim=1) * proj_distr).sum(dim=1).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


if __name__ == "__main__":
    torch.manual_seed(0)
    critic, target = D4PGCritic(6, 2), D4PGCritic(6, 2)
    optimizer = torch.optim.Adam(critic.parameters(), lr=1e-3)
    for step in range(4):
        n = 16
        rewards = torch.where(torch.rand(n) < 0.5, torch.randn(n), torch.randint(-3, 4, (n,)).float())
        batch = (torch.randn(n, 6), torch.randn(n, 2), rewards, torch.rand(n) < 0.4, torch.randn(n, 6),
                 torch.randn(n, 2))
        print(f"step {step}: {train_step(critic, target, optimizer, batch):.3f}")
