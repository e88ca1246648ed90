"""Which arguments of a debate can be accepted? Attacks are the edges of a graph, several models learn the answer."""
import torch
from torch import nn

from models import AGNN, GCN


class Batch(dict):
    __getattr__ = dict.__getitem__


def make_batch(frameworks):
    edges, labels, offset = [], [], 0
    for count in frameworks:
        attack = torch.rand(count, count) < 0.25
        edges.append(attack.nonzero().t() + offset)
        labels.append((attack.sum(0) == 0).float())
        offset += count
    return Batch(node_x=torch.ones(offset, 1), edge_index=torch.cat(edges, dim=1), node_y=torch.cat(labels))


def get_loss(model, batch):
    """Mean loss over what the model says after each of its steps."""
    predictions = model(batch)
    targets = batch["node_y"].unsqueeze(0).expand(*predictions.shape)
    return nn.functional.binary_cross_entropy_with_logits(predictions, targets)


@torch.no_grad()
def accuracy(model, batch):
    return ((model(batch)[-1] > 0) == (batch.node_y > 0.5)).float().mean().item()


if __name__ == "__main__":
    torch.manual_seed(0)
    batch = make_batch([5, 8, 6])
    for kind in (AGNN, GCN):
        model = kind(hidden=12)
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
        for _ in range(5):
            loss = get_loss(model, batch)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(kind.__name__, round(loss.item(), 3), round(accuracy(model, batch), 2))
