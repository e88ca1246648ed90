"""Train and sample rings with guidance, without a classifier."""
import torch
import yaml

from model import Velocity


def rings(count, classes, generator):
    labels = torch.randint(classes, (count,), generator=generator)
    angle = torch.rand(count, generator=generator) * 2 * torch.pi
    radius = 0.5 + labels + 0.05 * torch.randn(count, generator=generator)
    return torch.stack([radius * angle.cos(), radius * angle.sin()], dim=1), labels


def train(model, data, labels, steps, batch, lr):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    model.train()
    for step in range(steps):
        pick = torch.randint(len(data), (batch,))
        x1, noise, t = data[pick], torch.randn(batch, 2), torch.rand(batch, 1)
        xt = (1 - t) * noise + t * x1
        loss = (model(xt, t, model.condition(labels[pick])) - (x1 - noise)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


@torch.no_grad()
def sample(model, labels, steps, guidance):
    model.eval()
    x = torch.randn(len(labels), 2)
    for i in range(steps):
        t = torch.full((len(labels), 1), i / steps)
        x = x + model.guided(x, t, labels, guidance) / steps
    return x


if __name__ == "__main__":
    torch.manual_seed(0)
    with open("config.yaml") as file:
        cfg = yaml.safe_load(file)
    classes = cfg["data"]["classes"]
    data, labels = rings(cfg["data"]["points"], classes, torch.Generator().manual_seed(1))
    model = Velocity(classes, **cfg["model"])
    print(f"loss {train(model, data, labels, **cfg['train']):.3f}")
    wanted = torch.arange(cfg["sample"]["count"]) % classes
    made = sample(model, wanted, cfg["sample"]["steps"], cfg["sample"]["guidance"])
    for c in range(classes):
        print(f"ring {c}: radius {made[wanted == c].norm(dim=1).mean():.2f}")
