"""Where did it come from? Pulses of sensors as the nodes of a graph, of several events at once."""
import torch
from torch import nn


def scatter_mean(x, batch, count):
    sums = x.new_zeros(count, x.shape[1]).index_add_(0, batch, x)
    return sums / torch.bincount(batch, minlength=count).clamp(min=1).unsqueeze(1)


def knn_edges(x, batch, k):
    """For each node its k next ones of the same event, (2, edges)."""
    distance = torch.cdist(x, x).masked_fill(batch[:, None] != batch[None, :], float("inf"))
    distance.fill_diagonal_(float("inf"))
    near = distance.topk(k, largest=False).indices
    return torch.stack([near.flatten(), torch.arange(len(x)).repeat_interleave(k)])


class EdgeConv(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.nn = nn.Sequential(nn.Linear(2 * in_features, out_features), nn.LeakyReLU())

    def forward(self, x, edge_index):
        source, target = edge_index
        messages = self.nn(torch.cat([x[target], x[source] - x[target]], dim=1))
        return messages.new_zeros(len(x), messages.shape[1]).index_add_(0, target, messages)


class DynEdge(nn.Module):
    def __init__(self, nb_inputs, nb_neighbours=3, layer_sizes=(12, 16), nb_outputs=3,
                 add_global_variables_after_pooling=False):
        super().__init__()
        self.nb_neighbours, self.after = nb_neighbours, add_global_variables_after_pooling
        nb_global = nb_inputs + 1
        width = nb_inputs + (0 if self.after else nb_global)
        self.convs, total = nn.ModuleList(), width
        for size in layer_sizes:
            self.convs.append(EdgeConv(width, size))
            width, total = size, total + size
        self.post = nn.Sequential(nn.Linear(total, 24), nn.LeakyReLU())
        self.readout = nn.Linear(24 + (nb_global if self.after else 0), nb_outputs)

    def _global_variables(self, x, batch, n_pulses):
        return torch.cat([scatter_mean(x, batch, len(n_pulses)), torch.log10(n_pulses).unsqueeze(1)], dim=1)

    def forward(self, x, batch, n_pulses):
        """Pulses (nodes, inputs), the event of each of them, and how many pulses each event has."""
        global_variables = self._global_variables(x, batch, n_pulses)
        edge_index = knn_edges(x[:, :3], batch, self.nb_neighbours)
        if not self.after:
            x = torch.cat([x, global_variables], dim=1)
        skips = [x]
        for conv in self.convs:
            x = conv(x, edge_index)
            skips.append(x)
        x = scatter_mean(self.post(torch.cat(skips, dim=1)), batch, len(n_pulses))
        if self.after:
            x = torch.cat([x, global_variables], dim=1)
        return self.readout(x)


if __name__ == "__main__":
    torch.manual_seed(0)
    sizes = torch.tensor([7, 12, 5, 9])
    batch = torch.repeat_interleave(torch.arange(4), sizes)
    pulses, directions = torch.randn(len(batch), 5), torch.randn(4, 3)
    for after in (True, False):
        model = DynEdge(5, add_global_variables_after_pooling=after)
        loss = nn.functional.mse_loss(model(pulses, batch, sizes.float()), directions)
        loss.backward()
        print(f"{after}: {loss.item():.3f}")
