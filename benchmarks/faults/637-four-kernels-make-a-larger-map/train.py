"""Learn how far things are in rooms."""
import torch
from torch.utils.data import DataLoader, Dataset

from fcrn import FCRN

batch_size, num_epochs = 8, 2


class Rooms(Dataset):
    def __init__(self, count, seed):
        g = torch.Generator().manual_seed(seed)
        self.depth = torch.rand(count, 1, 4, 4, generator=g)
        self.depth = torch.nn.functional.interpolate(self.depth, size=(16, 24), mode="bilinear") * 5 + 1
        self.image = 1 / self.depth + 0.05 * torch.randn(count, 3, 16, 24, generator=g)

    def __len__(self):
        return len(self.depth)

    def __getitem__(self, i):
        return self.image[i], self.depth[i]


def validate(model, loader):
    """How far the depths are off, for each picture."""
    model.eval()
    with torch.no_grad():
        return torch.cat([(model(image) - depth).abs().mean(dim=(1, 2, 3)) for image, depth in loader])


if __name__ == "__main__":
    torch.manual_seed(0)
    train_loader = DataLoader(Rooms(32, 1), batch_size=batch_size, shuffle=True, drop_last=True)
    val_loader = DataLoader(Rooms(16, 2), batch_size=4, shuffle=False)
    model = FCRN(batch_size)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for epoch in range(num_epochs):
        model.train()
        for image, depth in train_loader:
            loss = (model(image) - depth).abs().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        errors = validate(model, val_loader)
        print(f"epoch {epoch}: {loss.item():.3f}, val {errors.mean():.3f} of {len(errors)}")
