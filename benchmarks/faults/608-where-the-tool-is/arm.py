"""Angles of an arm of four joints that bring the tips of different tools to where they should be."""
import torch

LINKS = torch.tensor([[0.0, 0.0, 0.3], [0.4, 0.0, 0.0], [0.3, 0.0, 0.0], [0.1, 0.0, 0.0]])
AXES = "zyyx"


def rotation(axis, angle):
    """Rotations about a coordinate axis, (batch, 3, 3)."""
    c, s = angle.cos(), angle.sin()
    one, zero = torch.ones_like(c), torch.zeros_like(c)
    rows = {
        "x": [one, zero, zero, zero, c, -s, zero, s, c],
        "y": [c, zero, s, zero, one, zero, -s, zero, c],
        "z": [c, -s, zero, s, c, zero, zero, zero, one],
    }[axis]
    return torch.stack(rows, dim=-1).view(-1, 3, 3)


def forward_kinematics(angles, tools):
    """Where the tips are, (batch, 3), of arms (batch, 4) with tools (batch, 3)."""
    turn = torch.eye(3).expand(len(angles), 3, 3)
    place = torch.zeros(len(angles), 3)
    for j, axis in enumerate(AXES):
        turn = turn @ rotation(axis, angles[:, j])
        place = place + turn @ LINKS[j]
    return place + turn @ tools


def solve(goals, tools, steps=150, rate=0.05):
    angles = torch.full((len(goals), 4), 0.3, requires_grad=True)
    optimizer = torch.optim.Adam([angles], lr=rate)
    for _ in range(steps):
        off = forward_kinematics(angles, tools) - goals
        loss = off.square().sum(dim=-1).mean() + 1e-4 * angles.square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return angles.detach()


if __name__ == "__main__":
    torch.manual_seed(0)
    count = 16
    tools = torch.tensor([0.05, 0.0, 0.0]) + 0.05 * torch.rand(count, 3)
    true = torch.rand(count, 4) * 1.2
    goals = forward_kinematics(true, tools)
    angles = solve(goals, tools)
    off = (forward_kinematics(angles, tools) - goals).norm(dim=-1)
    print(f"off by {off.mean():.4f} in the mean, {off.max():.4f} at most")
