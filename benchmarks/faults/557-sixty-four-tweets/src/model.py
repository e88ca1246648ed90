"""Does a tweet tell of a disaster."""
import torch
from torch import nn


class TweetClassifier(nn.Module):
    def __init__(self, args):
        super().__init__()
        self.embedding = nn.Embedding(args.max_words, args.hidden_dim, padding_idx=0)
        self.lstm = nn.LSTM(args.hidden_dim, args.hidden_dim, args.lstm_layers, batch_first=True)
        self.fc1 = nn.Linear(args.hidden_dim, args.hidden_dim * 2)
        self.fc2 = nn.Linear(args.hidden_dim * 2, 1)

    def forward(self, x):
        out, _ = self.lstm(self.embedding(x))
        out = torch.relu(self.fc1(out[:, -1]))
        return torch.sigmoid(self.fc2(out))
