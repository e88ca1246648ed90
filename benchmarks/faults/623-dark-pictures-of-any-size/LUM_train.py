"""Train the light-up module on crops, and look at whole pictures after each epoch."""
import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset

from models.LUM_model import DecomNet

CROP, EPOCHS = 32, 2


class DarkPictures(Dataset):
    """Low-light pictures; with ``crop`` a random square of each."""

    def __init__(self, sizes, seed, crop=None):
        g = torch.Generator().manual_seed(seed)
        self.pictures = [torch.rand(3, h, w, generator=g) * 0.3 for h, w in sizes]
        self.crop = crop

    def __len__(self):
        return len(self.pictures)

    def __getitem__(self, i):
        x = self.pictures[i]
        if self.crop:
            top = torch.randint(0, x.size(1) - self.crop + 1, ()).item()
            left = torch.randint(0, x.size(2) - self.crop + 1, ()).item()
            x = x[:, top:top + self.crop, left:left + self.crop]
        return x


def decom_loss(r, i, x):
    smooth = (i[..., 1:] - i[..., :-1]).abs().mean() + (i[..., 1:, :] - i[..., :-1, :]).abs().mean()
    bright = F.l1_loss(i, x.max(dim=1, keepdim=True)[0])
    return F.l1_loss(r * i, x) + 0.1 * smooth + 0.1 * bright


def train(light, loader, optimizer):
    light.train()
    for x in loader:
        r_x, i_x = light(x)
        loss = decom_loss(r_x, i_x, x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


def validate(light, loader):
    """The error, and the reflectance of each picture, which is as large as the picture."""
    light.eval()
    total, enhanced = 0.0, []
    with torch.no_grad():
        for val_x in loader:
            r_x, i_x = light(val_x)
            total += decom_loss(r_x, i_x, val_x).item()
            enhanced.append(r_x[0])
    return total / len(loader), enhanced


if __name__ == "__main__":
    torch.manual_seed(0)
    train_set = DarkPictures([(48, 64)] * 12, 1, CROP)
    val_set = DarkPictures([(48, 64), (51, 66), (47, 61)], 2)
    train_loader, val_loader = DataLoader(train_set, 4, shuffle=True), DataLoader(val_set, 1)
    light = DecomNet()
    optimizer = torch.optim.Adam(light.parameters(), lr=1e-3)
    for epoch in range(EPOCHS):
        loss = train(light, train_loader, optimizer)
        val_loss, enhanced = validate(light, val_loader)
        print(f"epoch {epoch}: {loss:.4f}, val {val_loss:.4f}, {len(enhanced)} pictures")
