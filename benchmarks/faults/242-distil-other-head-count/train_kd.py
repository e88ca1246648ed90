"""Response distillation between two detectors that are described in models.json."""
import json

import torch
import torch.nn as nn
import torch.nn.functional as F

ANCHORS, CLASSES = 3, 4


class Detector(nn.Module):
    def __init__(self, width, strides):
        super().__init__()
        self.strides = strides
        self.stem = nn.Sequential(nn.Conv2d(3, width, 3, padding=1), nn.LeakyReLU(0.1))
        self.heads = nn.ModuleList(nn.Conv2d(width, ANCHORS * (5 + CLASSES), 1) for _ in strides)

    def forward(self, x):
        x = self.stem(x)
        outs = []
        for s, head in zip(self.strides, self.heads):
            p = head(F.avg_pool2d(x, s))
            b, _, h, w = p.shape
            outs.append(p.view(b, ANCHORS, 5 + CLASSES, h, w).permute(0, 1, 3, 4, 2).contiguous())
        return outs


def flat(outs):
    return torch.cat([o.view(-1, o.size(-1)) for o in outs])


def distillation_loss(output_s, output_t, batch_size, T=3.0):
    s, t = flat(output_s), flat(output_t)
    criterion = nn.KLDivLoss(reduction="sum")
    return criterion(F.log_softmax(s / T, dim=1), F.softmax(t / T, dim=1)) * (T * T) / batch_size


def main():
    torch.manual_seed(0)
    with open("models.json") as fh:
        cfg = json.load(fh)
    student, teacher = Detector(**cfg["student"]), Detector(**cfg["teacher"])
    teacher.eval()
    opt = torch.optim.SGD(student.parameters(), lr=1e-4)
    for step in range(2):
        x = torch.rand(2, 3, 64, 64)
        with torch.no_grad():
            t = teacher(x)
        loss = distillation_loss(student(x), t, x.size(0))
        opt.zero_grad()
        loss.backward()
        opt.step()
        print(step, loss.item())


if __name__ == "__main__":
    main()
