"""Predict ratings from what users and things are said to be like, by a factorization machine."""
import torch
from torch import nn


class FactorizationMachine(nn.Module):
    """A rating for every row: linear part, pairwise interactions and the biases of the user and the thing."""

    def __init__(self, dim, users, things, factors=6):
        super().__init__()
        self.linear = nn.Linear(dim, 1)
        self.factors = nn.Parameter(torch.randn(dim, factors) * 0.3)
        self.user_bias = nn.Embedding(users, 1)
        self.thing_bias = nn.Embedding(things, 1)

    def interactions(self, x):
        """Half of (square of the sum minus sum of the squares)."""
        square_of_sum = (x @ self.factors).pow(2)
        sum_of_squares = x.pow(2) @ self.factors.pow(2)
        return 0.5 * torch.sum(square_of_sum - sum_of_squares)

    def forward(self, x, users, things):
        out = self.linear(x) + self.interactions(x)
        return out + self.user_bias(users) + self.thing_bias(things)


class ReviewNet(nn.Module):
    """Reads the words of all reviews of a user and of a thing."""

    def __init__(self, users=20, things=30, words=60, dim=8):
        super().__init__()
        self.words = nn.Embedding(words, dim)
        self.user_fc, self.thing_fc = nn.Linear(dim, dim), nn.Linear(dim, dim)
        self.dropout = nn.Dropout(0.2)
        self.predict = FactorizationMachine(2 * dim, users, things)

    def features(self, user_words, thing_words):
        user = torch.relu(self.user_fc(self.words(user_words).mean(dim=1)))
        thing = torch.relu(self.thing_fc(self.words(thing_words).mean(dim=1)))
        return torch.cat([user, thing], dim=1)

    def forward(self, users, things, user_words, thing_words):
        x = self.dropout(self.features(user_words, thing_words))
        return self.predict(x, users, things).squeeze(1)


if __name__ == "__main__":
    torch.manual_seed(0)
    model = ReviewNet()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(4):
        users, things = torch.randint(0, 20, (16,)), torch.randint(0, 30, (16,))
        user_words, thing_words = torch.randint(0, 60, (2, 16, 12))
        ratings = torch.randint(1, 6, (16,)).float()
        loss = nn.functional.mse_loss(model(users, things, user_words, thing_words), ratings)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(round(loss.item(), 3))
