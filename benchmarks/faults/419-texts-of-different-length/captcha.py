"""Read the letters of a captcha with a CTC loss; number 0 is the blank, letters begin at 1."""
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

LETTERS = "abcdefghij"
TEXTS = ["abcdefg", "cabdeb", "jihgfe", "aceg", "bdfhj", "gfedcba", "hij", "fade"]


class CaptchaDataset(Dataset):
    def __init__(self, texts):
        self.texts = texts

    def __len__(self):
        return len(self.texts)

    def __getitem__(self, item):
        text = self.texts[item]
        generator = torch.Generator().manual_seed(item)
        image = torch.rand(1, 12, 48, generator=generator)
        target = torch.tensor([LETTERS.index(c) + 1 for c in text])
        return {"images": image, "targets": target}


class CaptchaModel(nn.Module):
    """log probabilities of shape (time, batch, letters), and the loss if there are targets, filled up with blanks."""

    def __init__(self, letters=len(LETTERS)):
        super().__init__()
        self.conv = nn.Conv2d(1, 16, 3, stride=(2, 2), padding=1)
        self.linear = nn.Linear(16 * 6, 32)
        self.gru = nn.GRU(32, 16, bidirectional=True, batch_first=True)
        self.output = nn.Linear(32, letters + 1)

    def forward(self, images, targets=None):
        x = torch.relu(self.conv(images)).permute(0, 3, 1, 2).flatten(2)
        x, _ = self.gru(torch.relu(self.linear(x)))
        x = self.output(x).permute(1, 0, 2).log_softmax(2)
        if targets is None:
            return x, None
        times = torch.full((len(images),), x.shape[0])
        lengths = (targets > 0).sum(dim=1)
        return x, nn.CTCLoss(blank=0)(x, targets, times, lengths)


def make_loader(texts, batch_size=4, shuffle=False):
    return DataLoader(CaptchaDataset(texts), batch_size=batch_size, shuffle=shuffle)


def train(model, loader, epochs=2):
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(epochs):
        for data in loader:
            optimizer.zero_grad()
            _, loss = model(**data)
            loss.backward()
            optimizer.step()
        print(round(loss.item(), 3))


if __name__ == "__main__":
    torch.manual_seed(0)
    train(CaptchaModel(), make_loader(TEXTS))
