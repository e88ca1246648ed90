"""Two gases of Lennard-Jones atoms in a box with periodic walls, in reduced units."""
import argparse

import torch


def lattice(per_side, box):
    steps = (torch.arange(per_side) + 0.5) * box / per_side
    return torch.cartesian_prod(steps, steps, steps)


def energy(x, box, cutoff):
    i, j = torch.triu_indices(len(x), len(x), offset=1)
    d = x[i] - x[j]
    d = d - box * torch.round(d / box)
    r2 = d.square().sum(dim=1)
    inverse = torch.where(r2 < cutoff ** 2, 1 / r2, torch.zeros_like(r2)) ** 3
    return 4 * (inverse ** 2 - inverse).sum()


def forces(x, box, cutoff):
    x = x.detach().requires_grad_(True)
    potential = energy(x, box, cutoff)
    (gradient,) = torch.autograd.grad(potential, x)
    return -gradient, potential.detach()


def kinetic(v, mass):
    return 0.5 * (mass * v.square().sum(dim=1)).sum()


def simulate(x, v, mass, box, steps, dt, cutoff=2.0):
    """Velocity Verlet. ``mass`` has one number for each atom."""
    force, potential = forces(x, box, cutoff)
    history = []
    for _ in range(steps):
        v = v + 0.5 * dt * force / mass
        x = (x + dt * v) % box
        force, potential = forces(x, box, cutoff)
        v = v + 0.5 * dt * force / mass
        history.append((potential + kinetic(v, mass)).item())
    return x, v, history


def start(per_side, box, heavy, seed):
    generator = torch.Generator().manual_seed(seed)
    x = lattice(per_side, box).double()
    mass = torch.where(torch.arange(len(x)) % 2 == 0, 1.0, heavy).double()
    v = 0.5 * torch.randn(x.shape, generator=generator, dtype=torch.float64)
    v = v - (mass[:, None] * v).sum(dim=0) / mass.sum()
    return x, v, mass


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--per-side", type=int, default=3)
    parser.add_argument("--box", type=float, default=4.2)
    parser.add_argument("--heavy", type=float, default=3.0)
    parser.add_argument("--steps", type=int, default=60)
    args = parser.parse_args()
    x, v, mass = start(args.per_side, args.box, args.heavy, seed=0)
    x, v, history = simulate(x, v, mass, args.box, args.steps, dt=0.002)
    print(f"energy {history[0]:.4f} at first, {history[-1]:.4f} at last")
