"""Sentiment of reviews with an LSTM."""
import numpy as np
import torch
from torch import nn, optim

from imdb import imdb_for_library, yield_mb

EPOCHS, BATCHSIZE, EMBEDSIZE, NUMHIDDEN, MAXFEATURES, MAXLEN, LR = 3, 16, 12, 20, 60, 15, 0.02


class SymbolModule(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(num_embeddings=MAXFEATURES, embedding_dim=EMBEDSIZE)
        self.lstm = nn.LSTM(input_size=EMBEDSIZE, hidden_size=NUMHIDDEN)
        self.l_out = nn.Linear(NUMHIDDEN, 2)

    def forward(self, x):
        """(reviews, words) becomes a score of each class for each review."""
        embeds = self.embedding(x)
        lstm_out, _ = self.lstm(embeds)
        pred = self.l_out(lstm_out[-1])
        return pred


def init_model(m):
    opt = optim.Adam(m.parameters(), lr=LR)
    return opt, nn.CrossEntropyLoss()


if __name__ == "__main__":
    np.random.seed(0)
    torch.manual_seed(0)
    x, y = imdb_for_library(maxlen=MAXLEN, max_features=MAXFEATURES)
    x_train, x_test, y_train, y_test = x[:64], x[64:], y[:64], y[64:]
    sym = SymbolModule()
    optimizer, criterion = init_model(sym)
    for j in range(EPOCHS):
        sym.train()
        for data, target in yield_mb(x_train, y_train, BATCHSIZE, shuffle=True):
            optimizer.zero_grad()
            output = sym(torch.from_numpy(data))
            loss = criterion(output, torch.from_numpy(target))
            loss.backward()
            optimizer.step()
        print(f"{j}: {loss.item():.4f}")
    sym.eval()
    guess = []
    with torch.no_grad():
        for data, target in yield_mb(x_test, y_test, BATCHSIZE):
            guess += sym(torch.from_numpy(data)).argmax(1).tolist()
    print("Accuracy:", sum(g == t for g, t in zip(guess, y_test)) / len(guess))
