"""Train on made-up complexes of a protein and a ligand."""
import json
from pathlib import Path

import torch

from score_model import ScorePosNet

PROTEIN_DIM, LIGAND_DIM = 5, 4


def make_batch(count):
    sizes = [(int(torch.randint(4, 8, ())), int(torch.randint(2, 6, ()))) for _ in range(count)]
    batches = [torch.repeat_interleave(torch.arange(count), torch.tensor(n)) for n in zip(*sizes)]
    protein = (torch.randn(len(batches[0]), 3), torch.randn(len(batches[0]), PROTEIN_DIM), batches[0])
    ligand = (torch.randn(len(batches[1]), 3), torch.randint(0, LIGAND_DIM, (len(batches[1]),)), batches[1])
    return *protein, *ligand


if __name__ == "__main__":
    torch.manual_seed(0)
    config = json.loads(Path("configs.json").read_text())
    model = ScorePosNet(config, PROTEIN_DIM, LIGAND_DIM)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for it in range(config["max_iters"]):
        loss = model.get_diffusion_loss(*make_batch(config["batch_size"]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"{it + 1} steps, loss {loss.item():.2f}")
