"""Learn how large the discs of a picture are."""
import torch
import torch.nn.functional as F

from sknet import SKNet


def discs(count, g):
    label = torch.randint(0, 5, (count,), generator=g)
    axis = torch.arange(16).float()
    centre = torch.rand(count, 2, 1, 1, generator=g) * 6 + 5
    distance = (axis.view(1, -1, 1) - centre[:, 0]) ** 2 + (axis.view(1, 1, -1) - centre[:, 1]) ** 2
    inside = (distance < (1.5 + label.view(-1, 1, 1)) ** 2).float()
    return inside.unsqueeze(1) + 0.1 * torch.randn(count, 3, 16, 16, generator=g), label


if __name__ == "__main__":
    torch.manual_seed(0)
    g = torch.Generator().manual_seed(4)
    model = SKNet()
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for step in range(12):
        x, label = discs(24, g)
        output = model(x)
        loss = F.cross_entropy(output, label)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        one = model(discs(1, g)[0])
    print(f"loss {loss.item():.3f}, a single picture gives {tuple(one.shape)}")
