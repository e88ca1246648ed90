"""Clusters of atoms, with an edge from each atom to those nearby."""
import torch


def random_cluster(generator):
    n = int(torch.randint(4, 10, (), generator=generator))
    kinds = torch.randint(0, 3, (n,), generator=generator)
    places = torch.rand(n, 3, generator=generator) * 2.5
    distance = torch.cdist(places, places)
    near = (distance < 1.4) & ~torch.eye(n, dtype=torch.bool)
    edge_index = near.nonzero().t()
    length = distance[near]
    energy = -(kinds[edge_index[0]] + 1.0).mul(torch.exp(-length)).sum() / 2
    return {"kinds": kinds, "edge_index": edge_index, "length": length, "energy": energy}


def dataset(count, seed):
    generator = torch.Generator().manual_seed(seed)
    return [random_cluster(generator) for _ in range(count)]


def collate(clusters):
    """One large graph of several that do not touch."""
    sizes = torch.tensor([len(c["kinds"]) for c in clusters])
    starts = sizes.cumsum(0) - sizes
    return {
        "kinds": torch.cat([c["kinds"] for c in clusters]),
        "edge_index": torch.cat([c["edge_index"] + start for c, start in zip(clusters, starts)]),
        "length": torch.cat([c["length"] for c in clusters]),
        "batch": torch.repeat_interleave(torch.arange(len(clusters)), sizes),
        "energy": torch.stack([c["energy"] for c in clusters]),
    }
