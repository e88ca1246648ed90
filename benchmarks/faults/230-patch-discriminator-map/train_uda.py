"""Adversarial entropy minimisation: the discriminator judges patches, so it returns a map."""
from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

SOURCE, TARGET = 0, 1


def get_fc_discriminator(num_classes: int, ndf: int = 8) -> nn.Sequential:
    chans = [num_classes, ndf, ndf * 2, ndf * 4]
    net: list[nn.Module] = []
    for a, b in zip(chans[:-1], chans[1:]):
        net += [nn.Conv2d(a, b, kernel_size=4, stride=2, padding=1), nn.LeakyReLU(0.2, inplace=True)]
    return nn.Sequential(*net, nn.Conv2d(ndf * 4, 1, kernel_size=4, stride=2, padding=1))


def prob_2_entropy(prob: torch.Tensor) -> torch.Tensor:
    n, c, h, w = prob.size()
    return -torch.mul(prob, torch.log2(prob + 1e-30)) / torch.log2(torch.tensor(float(c)))


def bce_loss(y_pred: torch.Tensor, y_label: int) -> torch.Tensor:
    y_truth = torch.full_like(y_pred, float(y_label))
    return nn.functional.binary_cross_entropy_with_logits(y_pred, y_truth)


def main() -> None:
    torch.manual_seed(0)
    seg = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 5, 1))
    d_main = get_fc_discriminator(5)
    opt = torch.optim.SGD(seg.parameters(), lr=2.5e-3)
    opt_d = torch.optim.Adam(d_main.parameters(), lr=1e-4, betas=(0.9, 0.99))
    for it in range(3):
        # pictures of the two domains differ in size
        src, trg = torch.randn(2, 3, 64, 96), torch.randn(2, 3, 64, 128)
        labels = torch.randint(0, 5, (2, 64, 96))
        opt.zero_grad()
        opt_d.zero_grad()
        pred_src, pred_trg = seg(src), seg(trg)
        loss = F.cross_entropy(pred_src, labels)
        loss = loss + 0.01 * bce_loss(d_main(prob_2_entropy(F.softmax(pred_trg, dim=1))), SOURCE)
        loss.backward()
        opt_d.zero_grad()
        for pred, name in ((pred_src, SOURCE), (pred_trg, TARGET)):
            out = d_main(prob_2_entropy(F.softmax(pred.detach(), dim=1)))
            (bce_loss(out, name) / 2).backward()
        opt.step()
        opt_d.step()
        print(it, round(loss.item(), 3), "discriminator map", tuple(out.shape))


if __name__ == "__main__":
    main()
