import torch
from torch import nn


class CRF(nn.Module):
    """Linear chain over tags; every method takes batch-first scores and a mask of real words."""

    def __init__(self, tags):
        super().__init__()
        self.start = nn.Parameter(torch.randn(tags))
        self.end = nn.Parameter(torch.randn(tags))
        self.transitions = nn.Parameter(torch.randn(tags, tags))

    def path_score(self, scores, tags, mask):
        rows = torch.arange(len(tags))
        total = self.start[tags[:, 0]] + scores[rows, 0, tags[:, 0]]
        for t in range(1, tags.shape[1]):
            step = self.transitions[tags[:, t - 1], tags[:, t]] + scores[rows, t, tags[:, t]]
            total = total + step * mask[:, t]
        return total + self.end[tags[rows, mask.sum(dim=1) - 1]]

    def partition(self, scores, mask):
        alpha = self.start + scores[:, 0]
        for t in range(1, scores.shape[1]):
            new = (alpha[:, :, None] + self.transitions).logsumexp(dim=1) + scores[:, t]
            alpha = torch.where(mask[:, t, None], new, alpha)
        return (alpha + self.end).logsumexp(dim=1)

    @torch.no_grad()
    def decode(self, scores, mask=None):
        if mask is None:
            mask = torch.ones(scores.shape[:2], dtype=torch.bool)
        best, history = self.start + scores[:, 0], []
        same = torch.arange(scores.shape[2]).expand(len(scores), -1)
        for t in range(1, scores.shape[1]):
            value, origin = (best[:, :, None] + self.transitions).max(dim=1)
            history.append(torch.where(mask[:, t, None], origin, same))
            best = torch.where(mask[:, t, None], value + scores[:, t], best)
        tag = (best + self.end).argmax(dim=1)
        path = [tag]
        for origin in reversed(history):
            tag = origin.gather(1, tag[:, None]).squeeze(1)
            path.append(tag)
        return torch.stack(path[::-1], dim=1)
