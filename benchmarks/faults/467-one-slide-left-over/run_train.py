"""Find the nuclei in slides of tissue: which pixels belong to one, and how far its middle is."""
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

from opt import proc_valid_step_output, train_step, valid_step


class SlideSet(Dataset):
    """Pictures (H, W, 3), for each pixel whether it is of a nucleus (H, W), and its distances to the middle (H, W, 2)."""

    def __init__(self, count, size=16, seed=0):
        g = torch.Generator().manual_seed(seed)
        self.img = torch.randint(0, 256, (count, size, size, 3), generator=g)
        self.np_map = (torch.rand(count, size, size, generator=g) > 0.6).int()
        self.hv_map = torch.rand(count, size, size, 2, generator=g) * 2 - 1

    def __len__(self):
        return len(self.img)

    def __getitem__(self, idx):
        return {"img": self.img[idx], "np_map": self.np_map[idx], "hv_map": self.hv_map[idx]}


class HoVerNet(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(3, width, 3, padding=1), nn.ReLU(), nn.Conv2d(width, width, 3, padding=1), nn.ReLU())
        self.decoder = nn.ModuleDict({"np": nn.Conv2d(width, 2, 1), "hv": nn.Conv2d(width, 2, 1)})

    def forward(self, imgs):
        d = self.encoder(imgs / 255.0)
        return {name: branch(d) for name, branch in self.decoder.items()}


def validate(model, dataset, batch_size):
    model.eval()
    raw = {}
    for batch in DataLoader(dataset, batch_size=batch_size):
        for key, value in valid_step(batch, model).items():
            raw.setdefault(key, []).extend(value)
    return proc_valid_step_output(raw)


def run(nr_epochs=2, batch_size=4):
    torch.manual_seed(0)
    model = HoVerNet()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    train, valid = SlideSet(8), SlideSet(9, seed=1)
    for epoch in range(nr_epochs):
        model.train()
        for batch in DataLoader(train, batch_size=batch_size, shuffle=True, drop_last=True):
            loss = train_step(batch, model, optimizer)
        stats = validate(model, valid, batch_size)
        print(f"epoch {epoch}: loss {loss:.3f}", {k: round(v, 3) for k, v in stats.items()})
    return model


if __name__ == "__main__":
    model = run()
