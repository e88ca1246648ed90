"""A compressing autoencoder on patches."""
import torch
from torch import nn
from torch.utils.data import DataLoader

from image_folder import ImageFolder


class CAE(nn.Module):
    def __init__(self, code=6):
        super().__init__()
        self.encode = nn.Sequential(nn.Conv2d(3, 12, 2, stride=2), nn.LeakyReLU(), nn.Conv2d(12, code, 1), nn.Tanh())
        self.decode = nn.Sequential(nn.ConvTranspose2d(code, 12, 2, stride=2), nn.LeakyReLU(), nn.Conv2d(12, 3, 1))

    def forward(self, x):
        return self.decode(self.encode(x))


def train(model, loader, optimizer):
    total = 0.0
    for img, patches, _ in loader:
        out = torch.zeros_like(patches)
        for i in range(patches.size(1)):
            for j in range(patches.size(2)):
                x = patches[:, i, j]
                y = model(x)
                loss = nn.functional.mse_loss(y, x)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                out[:, i, j] = y.detach()
        total += nn.functional.mse_loss(out.permute(0, 3, 1, 4, 2, 5).reshape(img.shape), img).item()
    return total / len(loader)


if __name__ == "__main__":
    torch.manual_seed(0)
    dataset = ImageFolder("images")
    loader = DataLoader(dataset, batch_size=2)
    model = CAE()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for epoch in range(2):
        print(f"epoch {epoch}: {train(model, loader, optimizer):.4f}")
