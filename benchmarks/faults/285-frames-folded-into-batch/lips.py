import torch
import torch.nn as nn


class LipReader(nn.Module):
    """Words from mouth crops: a small CNN per frame, a GRU over the frames."""

    def __init__(self, words=8, feature=24, hidden=20):
        super(LipReader, self).__init__()
        self.frame_net = nn.Sequential(
            nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(6, 12, 5), nn.ReLU(), nn.MaxPool2d(2))
        self.fc = nn.Linear(12 * 4 * 4, feature)
        self.gru = nn.GRU(feature, hidden, bidirectional=True)
        self.out = nn.Linear(2 * hidden, words)

    def embed_frames(self, frames):
        h = self.frame_net(frames)
        return torch.relu(self.fc(h.view(h.size(0), -1)))

    def forward(self, x):
        b, t = x.shape[:2]
        x = self.embed_frames(x.view(-1, *x.shape[2:]))
        x = x.view(b, t, -1)
        outputs, _ = self.gru(x.permute(1, 0, 2))       # time first, as the GRU wants it
        return self.out(outputs.mean(dim=0))


def predict(model, clip):
    with torch.no_grad():
        return model(clip.unsqueeze(0)).argmax(dim=1).item()
