"""Train the classifier of tweets."""
from types import SimpleNamespace

import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset

from src.model import TweetClassifier
from src.preprocess import Preprocessing

args = SimpleNamespace(max_len=8, max_words=20, hidden_dim=8, lstm_layers=1, batch_size=16, epochs=3, learning_rate=0.02)


class DatasetMaper(Dataset):
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __len__(self):
        return len(self.x)

    def __getitem__(self, idx):
        return self.x[idx], self.y[idx]


class Execute:
    def __init__(self, args):
        self.args = args
        self.preprocessing = Preprocessing(args.max_len, args.max_words)
        self.preprocessing.prepare_tokens()
        x, y = self.preprocessing.sequence_to_token(), self.preprocessing.targets
        self.loader_training = DataLoader(DatasetMaper(x[:64], y[:64]), args.batch_size)
        self.loader_test = DataLoader(DatasetMaper(x[64:], y[64:]), args.batch_size)
        self.model = TweetClassifier(args)

    def batch_loss(self, x_batch, y_batch):
        x = x_batch.long()
        y = y_batch.float()
        y_pred = self.model(x)
        loss = F.binary_cross_entropy(y_pred, y)
        return loss, y_pred

    def train(self):
        optimizer = torch.optim.RMSprop(self.model.parameters(), lr=self.args.learning_rate)
        for epoch in range(self.args.epochs):
            self.model.train()
            total, predictions = 0.0, []
            for x_batch, y_batch in self.loader_training:
                loss, y_pred = self.batch_loss(x_batch, y_batch)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                total += loss.item()
                predictions += y_pred.detach().flatten().tolist()
            train = self.accuracy(self.loader_training.dataset.y, predictions)
            test = self.accuracy(self.loader_test.dataset.y, self.evaluation())
            print(f"epoch {epoch + 1}: loss {total / len(self.loader_training):.4f}, train {train:.3f}, test {test:.3f}")

    def evaluation(self):
        self.model.eval()
        with torch.no_grad():
            return [p for x, _ in self.loader_test for p in self.model(x.long()).flatten().tolist()]

    @staticmethod
    def accuracy(truth, predictions):
        return sum((p > 0.5) == (t == 1) for t, p in zip(truth, predictions)) / len(truth)


if __name__ == "__main__":
    torch.manual_seed(0)
    execute = Execute(args)
    execute.train()
