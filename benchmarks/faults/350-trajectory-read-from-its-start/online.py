"""Meta-learn a representation in which a head can be learned online, one sample after the other."""
import torch
from torch import nn
import torch.nn.functional as F


class Learner(nn.Module):
    """A representation, which only the outer loop changes, and a head, which the inner loop changes too."""

    def __init__(self, inputs=8, width=16, classes=4):
        super().__init__()
        self.representation = nn.Sequential(nn.Linear(inputs, width), nn.ReLU())
        self.weight = nn.Parameter(torch.randn(classes, width) * 0.1)
        self.bias = nn.Parameter(torch.zeros(classes))

    def forward(self, x, fast=None):
        weight, bias = (self.weight, self.bias) if fast is None else fast
        return F.linear(self.representation(x), weight, bias)


class MetaLearner:
    def __init__(self, learner, inner_lr=0.1, outer_lr=1e-2):
        self.learner, self.inner_lr = learner, inner_lr
        self.optimizer = torch.optim.Adam(learner.parameters(), lr=outer_lr)

    def inner_update(self, x, fast, y):
        fast = [self.learner.weight, self.learner.bias] if fast is None else fast
        loss = F.cross_entropy(self.learner(x, fast), y)
        grads = torch.autograd.grad(loss, fast, create_graph=True)
        return [p - self.inner_lr * g for p, g in zip(fast, grads)]

    def losses(self, x_traj, y_traj, x_query, y_query):
        """Loss on the query before any update and after every sample of the trajectory, in its order."""
        steps = len(x_traj)
        fast = None
        losses = [F.cross_entropy(self.learner(x_query), y_query)]
        for k in range(1, steps + 1):
            fast = self.inner_update(x_traj[k], fast, y_traj[k])
            losses.append(F.cross_entropy(self.learner(x_query, fast), y_query))
        return torch.stack(losses)

    def step(self, *task):
        loss = self.losses(*task)[-1]
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item()


def sample_task(steps=5, queries=12):
    """The trajectory has batches of one, (steps, 1, 8); the query is one batch."""
    means = torch.randn(4, 8)
    y = torch.randint(0, 4, (steps, 1))
    q = torch.randint(0, 4, (queries,))
    return means[y] + 0.1 * torch.randn(steps, 1, 8), y, means[q] + 0.1 * torch.randn(queries, 8), q


if __name__ == "__main__":
    torch.manual_seed(0)
    meta = MetaLearner(Learner())
    for _ in range(3):
        print(round(meta.step(*sample_task()), 4))
