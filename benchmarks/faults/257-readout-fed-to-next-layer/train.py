import torch
import torch.nn.functional as F

from net import JumpingNet


def ring(size):
    nodes = torch.arange(size)
    return torch.stack([nodes, (nodes + 1) % size])


def molecules(sizes, features, generator):
    xs, edges, batch, offset = [], [], [], 0
    for i, size in enumerate(sizes):
        e = ring(size) + offset
        edges += [e, e.flip(0)]
        xs.append(torch.randn(size, features, generator=generator))
        batch.append(torch.full((size,), i))
        offset += size
    return torch.cat(xs), torch.cat(edges, dim=1), torch.cat(batch)


def main():
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(1)
    model = JumpingNet(features=7, hidden=16, classes=2)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for epoch in range(3):
        x, edge_index, batch = molecules([5, 6, 3, 8], 7, generator)
        y = torch.tensor([1, 0, 1, 0])
        loss = F.cross_entropy(model(x, edge_index, batch), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(f"epoch {epoch} loss {loss.item():.3f}")


if __name__ == "__main__":
    main()
