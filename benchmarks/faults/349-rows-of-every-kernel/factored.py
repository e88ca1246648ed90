"""A factored second moment keeps the means of rows and columns instead of a number per weight."""
import torch
from torch import nn


class FactoredRMS(torch.optim.Optimizer):
    """Weights of two and more axes are factored over their last two axes; vectors keep the full moment."""

    def __init__(self, params, lr=1e-2, decay=0.9, eps=1e-30, clip=1.0):
        super().__init__(params, dict(lr=lr, decay=decay, eps=eps, clip=clip))

    @staticmethod
    def rms(x):
        return x.norm() / x.numel() ** 0.5

    @staticmethod
    def approximate_rsqrt(row, column):
        r_factor = (row / row.mean(dim=-1)).rsqrt().unsqueeze(-1)
        c_factor = column.rsqrt().unsqueeze(-2)
        return r_factor * c_factor

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            decay = group["decay"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                square = p.grad.pow(2) + group["eps"]
                if p.dim() >= 2:
                    if not state:
                        state["row"] = square.new_zeros(p.shape[:-1])
                        state["column"] = square.new_zeros(p.shape[:-2] + p.shape[-1:])
                    state["row"].mul_(decay).add_(square.mean(dim=-1), alpha=1 - decay)
                    state["column"].mul_(decay).add_(square.mean(dim=-2), alpha=1 - decay)
                    update = self.approximate_rsqrt(state["row"], state["column"]) * p.grad
                else:
                    if not state:
                        state["moment"] = torch.zeros_like(p)
                    state["moment"].mul_(decay).add_(square, alpha=1 - decay)
                    update = state["moment"].rsqrt() * p.grad
                update = update / (self.rms(update) / group["clip"]).clamp(min=1.0)
                p.add_(update, alpha=-group["lr"])


if __name__ == "__main__":
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(2, 8, 5), nn.ReLU(), nn.Conv2d(8, 8, 3), nn.ReLU(),
                          nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 3))
    optimizer = FactoredRMS(model.parameters())
    x, y = torch.randn(6, 2, 12, 12), torch.randint(0, 3, (6,))
    for _ in range(4):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        print(round(loss.item(), 4))
