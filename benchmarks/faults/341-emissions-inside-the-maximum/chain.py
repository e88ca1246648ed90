import torch
from torch import nn


class ChainDecoder(nn.Module):
    """Best tag sequence (Viterbi) for scores of shape batch, words, tags."""

    def __init__(self, tags=5):
        super().__init__()
        self.tags = tags
        self.transitions = nn.Parameter(torch.randn(tags + 1, tags))

    def forward(self, scores):
        b, n, tags = scores.shape
        start, between = self.transitions[-1], self.transitions[:-1]
        partition = scores[:, 0] + start
        back_points = []
        for t in range(1, n):
            emitted = scores[:, t].view(b, 1, tags).expand(b, tags, tags)
            step = between.view(1, tags, tags) + emitted
            candidates = partition.unsqueeze(2) + step
            partition, origin = candidates.max(dim=1)
            back_points.append(origin)
        pointer = partition.argmax(dim=1)
        decoded = [pointer]
        for origin in back_points[::-1]:
            pointer = origin.gather(1, pointer.unsqueeze(1)).squeeze(1)
            decoded.insert(0, pointer)
        return torch.stack(decoded, dim=1)


def tag_names(decoded, names):
    return [[names[i] for i in row] for row in decoded.tolist()]
