import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, classes=10):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.ReLU(), nn.Conv2d(8, 16, 3, 2, 1), nn.ReLU(),
                                  nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.head = nn.Linear(16, classes)

    def forward(self, x):
        return self.head(self.body(x))


class Adamatch:
    """Unsupervised domain adaptation: labelled source pictures, unlabelled target pictures."""

    def __init__(self, net, tau=0.9, mu=1.0):
        self.net, self.tau, self.mu = net, tau, mu
        self.opt = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)

    @staticmethod
    def pseudolabels(logits_source_weak, logits_target_weak):
        """class distributions of both domains, the target's aligned to the source's"""
        p_source = F.softmax(logits_source_weak, 0)
        p_target = F.softmax(logits_target_weak, 0)
        ratio = (1e-6 + p_source.mean(0)) / (1e-6 + p_target.mean(0))
        aligned = F.normalize(p_target * ratio, p=1, dim=1)
        return p_source, aligned

    def step(self, source_weak, source_strong, labels, target_weak, target_strong):
        n = labels.size(0)
        m = target_weak.size(0)
        logits = self.net(torch.cat([source_weak, source_strong, target_weak, target_strong]))
        ls_weak, ls_strong, lt_weak, lt_strong = logits.split([n, n, m, m])
        p_source, aligned = self.pseudolabels(ls_weak.detach(), lt_weak.detach())
        # the confidence threshold follows the source
        c_tau = self.tau * p_source.max(dim=1)[0].mean()
        conf, label = aligned.max(dim=1)
        mask = (conf >= c_tau).float()
        loss_s = F.cross_entropy(ls_weak, labels) + F.cross_entropy(ls_strong, labels)
        loss_t = (F.cross_entropy(lt_strong, label, reduction="none") * mask).mean()
        loss = loss_s + self.mu * loss_t
        self.opt.zero_grad()
        loss.backward()
        self.opt.step()
        return loss.item(), mask.mean().item()


def main():
    torch.manual_seed(0)
    trainer = Adamatch(Net())
    for it in range(4):
        src, tgt = torch.rand(16, 3, 16, 16), torch.rand(24, 3, 16, 16) * 0.7
        noise = lambda x: x + 0.1 * torch.randn_like(x)
        print(it, trainer.step(src, noise(src), torch.randint(0, 10, (16,)), tgt, noise(tgt)))


if __name__ == "__main__":
    main()
