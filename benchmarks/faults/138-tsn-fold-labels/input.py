import torch
import torch.nn as nn
import torch.nn.functional as F


class SegmentNet(nn.Module):
    """Per-frame 2D net; clips are (batch, segments, 3, H, W)."""

    def __init__(self, actions=6):
        super().__init__()
        self.cnn = nn.Sequential(nn.Conv2d(3, 12, 3, 2, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.fc = nn.Linear(12, actions)

    def forward(self, clips):
        b, t = clips.shape[:2]
        frames = clips.flatten(0, 1)
        logits = self.fc(self.cnn(frames))
        return logits


def train_step(net, opt, clips, actions):
    logits = net(clips)
    loss = F.cross_entropy(logits, actions)
    opt.zero_grad()
    loss.backward()
    opt.step()
    top1 = (logits.argmax(1) == actions).float().mean()
    return loss.item(), top1.item()


def main():
    torch.manual_seed(1)
    net = SegmentNet()
    opt = torch.optim.SGD(net.parameters(), lr=0.1)
    clips = torch.randn(4, 8, 3, 24, 24)
    actions = torch.tensor([0, 3, 5, 1])
    for step in range(2):
        print(step, train_step(net, opt, clips, actions))


if __name__ == "__main__":
    main()
