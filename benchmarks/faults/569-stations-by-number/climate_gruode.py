"""Train on the stations of a climate network."""
import torch
from torch.utils.data import DataLoader

from data_utils import ODE_Dataset, custom_collate_fn, make_table
from models import NNFO

EPOCHS, BATCH_SIZE, HIDDEN = 2, 4, 8


def train(model, loader):
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for epoch in range(EPOCHS):
        total = measured = 0.0
        for batch in loader:
            h, loss = model(**batch)
            optimizer.zero_grad()
            (loss / batch["M"].sum()).backward()
            optimizer.step()
            total, measured = total + loss.item(), measured + batch["M"].sum().item()
        print(f"epoch {epoch}: {total / measured:.4f}")


if __name__ == "__main__":
    torch.manual_seed(0)
    dataset = ODE_Dataset(make_table())
    model = NNFO(dataset.variables, HIDDEN)
    train(model, DataLoader(dataset, BATCH_SIZE, shuffle=True, collate_fn=custom_collate_fn))
