"""Where a car will be, from polylines of the road and of those on it."""
import torch
from torch import nn

from modeling.lib import MLP, GlobalGraph, PointSubGraph


def merge_tensors(tensors, hidden_size):
    """Put tensors (n, hidden) of several scenes into one (B, longest, hidden), and say what is filled."""
    longest = max(len(t) for t in tensors)
    res = torch.zeros(len(tensors), longest, hidden_size)
    mask = torch.zeros(len(tensors), longest, dtype=torch.bool)
    for i, tensor in enumerate(tensors):
        res[i, : len(tensor)] = tensor
        mask[i, : len(tensor)] = True
    return res, mask


class VectorNet(nn.Module):
    def __init__(self, args):
        super().__init__()
        self.hidden_size = args.hidden_size
        self.sub_graph = PointSubGraph(args.vector_size)
        self.global_graph = GlobalGraph(args.hidden_size)
        self.decoder = nn.Sequential(
            MLP(args.hidden_size, args.hidden_size), nn.Linear(args.hidden_size, args.mode_num * args.future_frame_num * 2)
        )
        self.scores = nn.Linear(args.hidden_size, args.mode_num)
        self.shape = (args.mode_num, args.future_frame_num, 2)

    def forward(self, scenes):
        """Scenes are lists of polylines (points, vector). Return the paths (B, modes, frames, 2) and their scores."""
        element_states = []
        for polylines in scenes:
            element_states.append(torch.cat([self.sub_graph(p[None]) for p in polylines]))
        states, mask = merge_tensors(element_states, self.hidden_size)
        states = self.global_graph(states, mask)[:, 0]
        return self.decoder(states).view(-1, *self.shape), self.scores(states)
