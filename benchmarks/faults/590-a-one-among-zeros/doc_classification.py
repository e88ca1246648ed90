"""Sort articles into four kinds."""
import torch

from prediction_head import AdaptiveModel, TextClassificationHead
from processor import LABEL_LIST, WORDS, TextClassificationProcessor, read_texts

BATCH_SIZE, EPOCHS = 8, 4


def train(model, loader, optimizer):
    model.train()
    total = 0.0
    for input_ids, label_ids in loader:
        logits = model(input_ids)
        loss = model.prediction_head.logits_to_loss(logits, label_ids).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader)


def evaluate(model, loader, dicts):
    model.eval()
    preds = []
    with torch.no_grad():
        for input_ids, _ in loader:
            preds += model.prediction_head.logits_to_preds(model(input_ids))
    return sum(p == d["text_classification_label"] for p, d in zip(preds, dicts)) / len(dicts)


if __name__ == "__main__":
    torch.manual_seed(0)
    processor = TextClassificationProcessor()
    train_dicts, test_dicts = read_texts(64, 0), read_texts(24, 1)
    train_loader, test_loader = (processor.data_loader(d, BATCH_SIZE) for d in (train_dicts, test_dicts))
    model = AdaptiveModel(len(WORDS) + 1, 16, TextClassificationHead([16, len(LABEL_LIST)], LABEL_LIST))
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-2)
    for epoch in range(EPOCHS):
        loss = train(model, train_loader, optimizer)
        print(f"epoch {epoch + 1}: loss {loss:.4f}, test accuracy {evaluate(model, test_loader, test_dicts):.3f}")
