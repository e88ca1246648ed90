"""Give texts a mark."""
import torch
from torch.utils.data import DataLoader, Dataset

from adaptive_model import AdaptiveModel, LanguageModel
from prediction_head import RegressionHead


class MarkedTexts(Dataset):
    """Words of a text, and its mark, brought to mean 0 and deviation 1."""

    def __init__(self, count=40, words=12, vocab_size=50, seed=4):
        g = torch.Generator().manual_seed(seed)
        self.input_ids = torch.randint(1, vocab_size, (count, words), generator=g)
        marks = self.input_ids.float().mean(1) / 3
        self.mean, self.stdev = marks.mean().item(), marks.std().item()
        self.labels = ((marks - self.mean) / self.stdev).unsqueeze(1)

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, i):
        return {"input_ids": self.input_ids[i], "label_ids": self.labels[i]}


def train(model, dataset, n_epochs=3, batch_size=16):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for epoch in range(n_epochs):
        for batch in DataLoader(dataset, batch_size=batch_size, shuffle=True):
            logits = model(batch["input_ids"])
            loss = model.logits_to_loss(logits, batch["label_ids"])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch}: {loss.item():.3f}")


if __name__ == "__main__":
    torch.manual_seed(0)
    dataset = MarkedTexts()
    head = RegressionHead([16, 1], mean=dataset.mean, stdev=dataset.stdev)
    model = AdaptiveModel(LanguageModel(50, 16), [head])
    train(model, dataset)
    model.eval()
    for pred in model.formatted_preds(dataset.input_ids[:3]):
        print(f"{pred['pred']:.2f}")
