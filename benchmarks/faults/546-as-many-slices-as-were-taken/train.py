"""Where the spleen is, in scans with as many slices as were taken of each body."""
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

from unet import UNet


class SpleenDataset(Dataset):
    """Scans and labels (1, height, width, slices); one scan at a time, since no two are of a size."""

    def __init__(self, slices, seed=0):
        self.slices, self.seed = slices, seed

    def __len__(self):
        return len(self.slices)

    def __getitem__(self, index):
        depth = self.slices[index]
        generator = torch.Generator().manual_seed(self.seed + index)
        scan = torch.randn(1, 16, 16, depth, generator=generator)
        label = torch.zeros(1, 16, 16, depth)
        label[:, 4:11, 5:12, depth // 2:] = 1
        return {"image": scan + 2 * label, "label": label}


class DiceLoss(nn.Module):
    def forward(self, scores, target):
        prob = scores.softmax(dim=1)[:, 1:]
        common = (prob * target).sum(dim=(2, 3, 4))
        whole = prob.sum(dim=(2, 3, 4)) + target.sum(dim=(2, 3, 4))
        return (1 - (2 * common + 1e-5) / (whole + 1e-5)).mean()


def train(model, loader, epochs):
    loss_function, optimizer = DiceLoss(), torch.optim.Adam(model.parameters(), lr=1e-2)
    for epoch in range(epochs):
        epoch_loss = 0.0
        for batch_data in loader:
            inputs, labels = batch_data["image"], batch_data["label"]
            optimizer.zero_grad()
            outputs = model(inputs)
            loss = loss_function(outputs, labels)
            loss.backward()
            optimizer.step()
            epoch_loss += loss.item()
        print(f"epoch {epoch} is over")
    return epoch_loss / len(loader)


if __name__ == "__main__":
    torch.manual_seed(0)
    model = UNet(in_channels=1, out_channels=2, channels=(4, 8, 16), strides=(2, 2))
    train_loader = DataLoader(SpleenDataset([16, 12, 17, 14, 21]), batch_size=1)
    average = train(model, train_loader, epochs=2)
