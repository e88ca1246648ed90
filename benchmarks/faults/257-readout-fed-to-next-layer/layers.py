import torch
import torch.nn as nn


class SumConv(nn.Module):
    """h_i = W h_i + sum over the neighbours of V h_j"""

    def __init__(self, fan_in, fan_out):
        super().__init__()
        self.own = nn.Linear(fan_in, fan_out)
        self.other = nn.Linear(fan_in, fan_out, bias=False)

    def forward(self, x, edge_index):
        source, target = edge_index
        messages = self.other(x).index_select(0, source)
        out = self.own(x)
        return torch.relu(out.index_add(0, target, messages))


def add_pool(x, batch):
    graphs = int(batch.max()) + 1
    return x.new_zeros(graphs, x.size(1)).index_add(0, batch, x)
