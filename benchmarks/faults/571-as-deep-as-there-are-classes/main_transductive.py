"""Learn a graph without labels; then ask how well a line separates the classes."""
from types import SimpleNamespace

import torch
import torch.nn.functional as F
from torch import nn

from graphmae.models import build_model

args = SimpleNamespace(num_hidden=24, num_layers=2, mask_rate=0.5, alpha_l=2, max_epoch=20, max_epoch_f=40, lr=5e-3, lr_f=1e-2)


def load_dataset(nodes=60, features=15, classes=5):
    g = torch.Generator().manual_seed(0)
    label = torch.arange(nodes) % classes
    feat = F.one_hot(label % 3, features).float() + 0.4 * torch.randn(nodes, features, generator=g)
    chance = torch.where(label[:, None] == label[None], 0.4, 0.02)
    adjacency = (torch.rand(nodes, nodes, generator=g) < chance).float()
    adjacency = ((adjacency + adjacency.T) > 0).float().fill_diagonal_(1.0)
    degree = adjacency.sum(1).rsqrt()
    train_mask = torch.rand(nodes, generator=g) < 0.5
    return adjacency * degree[:, None] * degree[None], feat, label, train_mask, classes


def pretrain(model, graph, feat):
    optimizer = torch.optim.Adam(model.parameters(), lr=args.lr)
    for epoch in range(args.max_epoch):
        model.train()
        loss = model(graph, feat)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


def node_classification_evaluation(model, graph, feat, label, train_mask, num_classes):
    model.eval()
    with torch.no_grad():
        x = model.embed(graph, feat)
    classifier = nn.Linear(x.shape[1], num_classes)
    optimizer = torch.optim.Adam(classifier.parameters(), lr=args.lr_f)
    for _ in range(args.max_epoch_f):
        loss = F.cross_entropy(classifier(x[train_mask]), label[train_mask])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return (classifier(x).argmax(1) == label)[~train_mask].float().mean().item()


if __name__ == "__main__":
    torch.manual_seed(0)
    graph, feat, label, train_mask, args.num_classes = load_dataset()
    args.num_features = feat.shape[1]
    model = build_model(args)
    loss = pretrain(model, graph, feat)
    acc = node_classification_evaluation(model, graph, feat, label, train_mask, args.num_classes)
    print(f"loss {loss:.4f}, accuracy {acc:.3f}")
