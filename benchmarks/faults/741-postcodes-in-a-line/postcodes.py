"""Read handwritten postcodes: a strip of 16 x 64 pixels, five digits, no boxes. CRNN with CTC."""
import torch
from torch import nn
import torch.nn.functional as F

BLANK = 0


class CRNN(nn.Module):
    def __init__(self, classes=11, width=16, hidden=32):
        super().__init__()
        self.cnn = nn.Sequential(
            nn.Conv2d(1, width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(width, 2 * width, 3, padding=1), nn.BatchNorm2d(2 * width), nn.ReLU(), nn.MaxPool2d((2, 2), (2, 2)),
            nn.Conv2d(2 * width, 2 * width, (4, 1)), nn.ReLU(),
        )
        self.place = nn.Parameter(torch.zeros(64, 1, 2 * width))
        self.rnn = nn.GRU(2 * width, hidden, bidirectional=True)
        self.out = nn.Linear(hidden * 2, classes)

    def forward(self, strip):
        features = self.cnn(strip).squeeze(2).permute(2, 0, 1)
        features = features + self.place[:features.size(0)]
        h, _ = self.rnn(features)
        return F.log_softmax(self.out(h), dim=2)


def write(count, digits=5):
    """A digit is a column of its own pattern, 8 wide, at an irregular distance."""
    fonts = torch.rand(11, 16, 8, generator=torch.Generator().manual_seed(0)).round()
    labels = torch.randint(1, 11, (count, digits))
    strips = torch.zeros(count, 1, 16, 64)
    for strip, row in zip(strips, labels):
        x = 2
        for digit in row.tolist():
            strip[0, :, x:x + 8] = fonts[digit]
            x += 10 + int(torch.randint(0, 4, (1,)))
    return strips + 0.1 * torch.randn_like(strips), labels


def step(model, optimizer, batch):
    strips, labels = batch
    log_probs = model(strips)
    T, N, _ = log_probs.shape
    loss = F.ctc_loss(log_probs, labels, torch.full((N,), T), torch.full((N,), labels.size(1)), blank=BLANK)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 5.0)
    optimizer.step()
    return loss.item()


def decode(log_probs):
    out = []
    for path in log_probs.argmax(2).t():
        path = torch.unique_consecutive(path)
        out.append(path[path != BLANK].tolist())
    return out


if __name__ == "__main__":
    torch.manual_seed(0)
    model = CRNN()
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for i in range(20):
        loss = step(model, optimizer, write(8))
        if i % 10 == 0:
            print(i, round(loss, 3))
    model.eval()
    with torch.no_grad():
        strips, labels = write(4)
        print(decode(model(strips)), labels.tolist())
