"""The kind of a thing from pictures all around it."""
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from rotationnet import RotationNet

NVIEW, BATCH_THINGS = 4, 3
# the order of the views if a thing is turned
TURNS = torch.stack([(torch.arange(NVIEW) + t) % NVIEW for t in range(NVIEW)])


class Views(Dataset):
    """data/test/KIND/KIND_NUMBER_VIEW.npy; all views of a thing follow each other."""

    def __init__(self, root):
        self.kinds = sorted(p.name for p in Path(root).iterdir())
        self.files = sorted(Path(root).glob("*/*.npy"))

    def __len__(self):
        return len(self.files)

    def __getitem__(self, i):
        image = torch.from_numpy(np.load(self.files[i]).astype(np.float32))
        return image.unsqueeze(0), self.kinds.index(self.files[i].parent.name)


def validate(loader, model, num_classes):
    model.eval()
    right = total = 0
    with torch.no_grad():
        for images, target in loader:
            output = model(images).view(-1, num_classes + 1)
            output = torch.log_softmax(output, dim=1)
            output = output[:, :-1] - output[:, -1:]
            output = output.view(-1, NVIEW * NVIEW, num_classes)
            scores = output.view(-1, NVIEW, NVIEW, num_classes)
            turned = torch.stack([scores[:, torch.arange(NVIEW), turn].sum(dim=1) for turn in TURNS], dim=1)
            guess = turned.max(dim=1)[0].argmax(dim=1)
            right += (guess == target[::NVIEW]).sum().item()
            total += len(guess)
    return right / total


if __name__ == "__main__":
    torch.manual_seed(0)
    views = Views(Path(__file__).parent / "data" / "test")
    model = RotationNet(len(views.kinds), NVIEW)
    loader = DataLoader(views, batch_size=BATCH_THINGS * NVIEW)
    print(f"accuracy {validate(loader, model, len(views.kinds)):.3f}")
