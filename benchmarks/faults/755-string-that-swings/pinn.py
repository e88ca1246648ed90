# %% [markdown]
# # A swinging string
# u_tt = c^2 u_xx on 0 <= x <= 1, fixed at both ends, released from sin(pi x)

# %%
import math

import torch
import torch.nn as nn

torch.manual_seed(0)
c = 1.0
n_interior, n_boundary, n_initial = 400, 100, 100

# %%
net = nn.Sequential(
    nn.Linear(2, 32),
    nn.Tanh(),
    nn.Linear(32, 32),
    nn.Tanh(),
    nn.Linear(32, 1),
)


def u(x, t):
    return net(torch.cat([x, t], dim=1))


def grad(y, x):
    return torch.autograd.grad(y, x, create_graph=True)[0]


def exact(x, t):
    return torch.sin(math.pi * x) * torch.cos(math.pi * c * t)


# %%
def residual(x, t):
    """Left minus right side of the wave equation at each point."""
    x.requires_grad_(True)
    t.requires_grad_(True)
    y = u(x, t)
    u_tt = grad(grad(y, t), t)
    u_xx = grad(grad(y, x), x)
    return u_tt - c ** 2 * u_xx


def boundary_loss(n):
    t = torch.rand(n, 1)
    left, right = torch.zeros(n, 1), torch.ones(n, 1)
    return u(left, t).pow(2).mean() + u(right, t).pow(2).mean()


def initial_loss(n):
    x = torch.rand(n, 1)
    t = torch.zeros(n, 1, requires_grad=True)
    y = u(x, t)
    return (y - exact(x, t)).pow(2).mean() + grad(y, t).pow(2).mean()


# %%
optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=100, gamma=0.7)

history = []
for step in range(150):
    x, t = torch.rand(n_interior, 1), torch.rand(n_interior, 1)
    pde = residual(x, t).pow(2).mean()
    bc = boundary_loss(n_boundary)
    ic = initial_loss(n_initial)
    loss = 0.1 * pde + 5 * (bc + ic)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    scheduler.step()
    history.append(loss.item())
    if step % 50 == 0:
        print(f"{step:5d}  pde {pde.item():.3e}  bc {bc.item():.3e}  ic {ic.item():.3e}")

# %%
with torch.no_grad():
    xs = torch.linspace(0, 1, 50).unsqueeze(1)
    for time in (0.0, 0.25, 0.5):
        ts = torch.full_like(xs, time)
        error = (u(xs, ts) - exact(xs, ts)).abs().max()
        print(f"t = {time:.2f}: largest error {error.item():.3f}")
