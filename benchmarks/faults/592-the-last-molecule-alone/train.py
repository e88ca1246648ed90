"""Learn a property of molecules."""
import torch
from torch import nn

from data import MoleculeDataset, get_data
from mpn import MoleculeModel

EPOCHS, BATCH_SIZE = 3, 16


def batches(dataset):
    for i in range(0, len(dataset), BATCH_SIZE):
        yield MoleculeDataset(dataset.data[i: i + BATCH_SIZE])


def train(model, dataset, loss_func, optimizer):
    model.train()
    loss_sum, count = 0.0, 0
    for batch in batches(dataset):
        preds = model(batch.data, batch.features())
        targets = torch.tensor(batch.targets()).unsqueeze(1)
        loss = loss_func(preds, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum, count = loss_sum + loss.item() * len(batch), count + len(batch)
    return loss_sum / count, count


def predict(model, dataset):
    model.eval()
    with torch.no_grad():
        return [p for batch in batches(dataset) for p in model(batch.data, batch.features()).flatten().tolist()]


if __name__ == "__main__":
    torch.manual_seed(0)
    train_data, test_data = get_data(), get_data(count=17, seed=12)
    model = MoleculeModel(num_features=5)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for epoch in range(EPOCHS):
        loss, count = train(model, train_data, nn.MSELoss(), optimizer)
        print(f"epoch {epoch + 1}: loss {loss:.4f} of {count} molecules")
    errors = [abs(p - t) for p, t in zip(predict(model, test_data), test_data.targets())]
    print(f"mean absolute error {sum(errors) / len(errors):.4f} of {len(errors)}")
