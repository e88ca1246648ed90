import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

NUM_CLASSES = 19


def load_batch(path):
    z = np.load(path)
    return torch.from_numpy(z["images"]), torch.from_numpy(z["labels"]).long()


class Segmenter(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(3, 16, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(16, NUM_CLASSES, 1))

    def forward(self, x):
        y = self.net(x)
        return F.interpolate(y, size=x.shape[-2:], mode="bilinear", align_corners=True)


def main():
    torch.manual_seed(0)
    model = Segmenter()
    criterion = nn.CrossEntropyLoss(ignore_index=255)
    optimizer = torch.optim.SGD(model.parameters(), lr=2.5e-3, momentum=0.9)
    for i in range(2):
        x_s, label_s = load_batch("batch.npz")
        pred_s = model(x_s)
        loss = criterion(pred_s, label_s)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print("iter", i, "loss", loss.item())


if __name__ == "__main__":
    main()
