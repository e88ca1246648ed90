"""Meta-learning of sine curves: a few inner steps per task with weights kept in a dictionary."""
import collections

import torch
from torch import nn
import torch.nn.functional as F


class SineNet(nn.Module):
    def __init__(self, hidden=24):
        super().__init__()
        self.fc1 = nn.Linear(1, hidden)
        self.fc2 = nn.Linear(hidden, hidden)
        self.fc3 = nn.Linear(hidden, 1)

    def functional_forward(self, x, weights):
        x = F.relu(F.linear(x, weights["fc1.weight"], weights["fc1.bias"]))
        x = F.relu(F.linear(x, weights["fc2.weight"], weights["fc2.bias"]))
        return F.linear(x, weights["fc3.weight"], weights["fc3.bias"])


def adapt(model, x, y, inner_lr=0.05, steps=2):
    fast_weights = collections.OrderedDict(model.named_parameters())
    for _ in range(steps):
        loss = F.mse_loss(model.functional_forward(x, fast_weights), y)
        grads = torch.autograd.grad(loss, fast_weights.values(), create_graph=True)
        fast_weights = collections.OrderedDict((name, param - inner_lr * grads)
                                               for (name, param), grad in zip(fast_weights.items(), grads))
    return fast_weights


def sample_task(shots=10):
    amplitude, phase = 0.5 + 4 * torch.rand(()), 3.14 * torch.rand(())
    x = torch.rand(2 * shots, 1) * 10 - 5
    y = amplitude * torch.sin(x + phase)
    return x[:shots], y[:shots], x[shots:], y[shots:]


def meta_step(model, optimizer, tasks=4):
    total = 0.0
    for _ in range(tasks):
        xs, ys, xq, yq = sample_task()
        weights = adapt(model, xs, ys)
        total = total + F.mse_loss(model.functional_forward(xq, weights), yq)
    optimizer.zero_grad()
    (total / tasks).backward()
    optimizer.step()
    return total.item() / tasks


if __name__ == "__main__":
    torch.manual_seed(0)
    model = SineNet()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for i in range(5):
        print(i, meta_step(model, optimizer))
