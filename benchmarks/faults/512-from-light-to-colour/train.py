"""Colour for grey pictures: of the light L of a picture its colours a and b are guessed."""
import torch
import torch.nn as nn

from data import ab_scale, make_pictures


class Colorizer(nn.Module):
    def __init__(self, width=16):
        super().__init__()
        self.down = nn.Sequential(nn.Conv2d(1, width, 3, stride=2, padding=1), nn.ReLU(),
                                  nn.Conv2d(width, 2 * width, 3, padding=1), nn.ReLU())
        self.up = nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(2 * width, 2, 3, padding=1), nn.Tanh())

    def forward(self, x):
        return self.up(self.down(x))


def train(model, images, batch_size, epochs):
    criterion = nn.MSELoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    losses = []
    for _ in range(epochs):
        for lab in images.split(batch_size):
            l_images = lab[:, 0] / 100
            ab_images = lab[:, 1:] / ab_scale
            optimizer.zero_grad()
            loss = criterion(model(l_images), ab_images)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


if __name__ == "__main__":
    torch.manual_seed(0)
    images = make_pictures(24)
    model = Colorizer()
    losses = train(model, images, batch_size=8, epochs=3)
    print(f"{losses[0]:.3f} -> {losses[-1]:.3f}")
