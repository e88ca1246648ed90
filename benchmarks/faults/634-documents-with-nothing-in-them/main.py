"""Train, and write the labels of each document."""
import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader

from data_utils import TextDataset, generate_batch, load_datasets
from networks import BiGRU


def train(model, loader, optimizer):
    model.train()
    for batch in loader:
        loss = F.binary_cross_entropy_with_logits(model(batch), batch["label"])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


def predict(model, dataset, batch_size):
    """The scores of all documents of a set, in their order."""
    model.eval()
    with torch.no_grad():
        loader = DataLoader(dataset, batch_size, collate_fn=generate_batch)
        return torch.cat([model(batch).sigmoid() for batch in loader])


if __name__ == "__main__":
    torch.manual_seed(1337)
    data, word_dict, classes = load_datasets()
    dataset = TextDataset(data, word_dict, classes)
    model = BiGRU(len(word_dict) + 2, len(classes))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    loader = DataLoader(dataset, batch_size=4, shuffle=True, collate_fn=generate_batch)
    for epoch in range(5):
        print(f"epoch {epoch}: {train(model, loader, optimizer):.4f}")
    scores = predict(model, dataset, 4)
    for row, score in zip(data, scores):
        print(row["index"], *[name for name, s in zip(classes, score) if s > 0.5])
