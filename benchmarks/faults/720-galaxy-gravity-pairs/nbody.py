"""Stars that attract each other, by leapfrog steps; energy should hardly change."""
import torch


def pairs(position):
    """(N, N, 3): entry i, j leads from star i to star j."""
    return position.unsqueeze(0) - position.unsqueeze(1)


def acceleration(position, mass, softening=0.1):
    d = pairs(position)
    r2 = d.square().sum(dim=-1, keepdim=True) + softening ** 2
    return (mass.view(1, -1, 1) * d * r2 ** -1.5).sum(dim=1)


def energy(position, velocity, mass, softening=0.1):
    kinetic = 0.5 * (mass * velocity.square().sum(dim=-1)).sum()
    r = (pairs(position).square().sum(dim=-1) + softening ** 2).sqrt()
    potential = -(mass[:, None] * mass / r).triu(1).sum()
    return kinetic + potential


def leapfrog(position, velocity, mass, dt, steps):
    a = acceleration(position, mass)
    for _ in range(steps):
        velocity = velocity + 0.5 * dt * a
        position = position + dt * velocity
        a = acceleration(position, mass)
        velocity = velocity + 0.5 * dt * a
    return position, velocity


if __name__ == "__main__":
    torch.manual_seed(0)
    mass = torch.rand(12, dtype=torch.float64) + 0.5
    position = torch.randn(12, 3, dtype=torch.float64)
    velocity = 0.3 * torch.randn(12, 3, dtype=torch.float64)
    before = energy(position, velocity, mass)
    position, velocity = leapfrog(position, velocity, mass, 1e-3, 500)
    after = energy(position, velocity, mass)
    drift = abs((after - before) / before).item()
    print(f"energy {before:.3f} to {after:.3f}, drift {drift:.1e}")
