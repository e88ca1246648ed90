import numpy as np
import torch
from torch import nn


def read_ratings(count=1500, n_users=60, n_recipes=45, seed=3):
    """What the export of the site looks like: user id, recipe id (both counted from 1), stars."""
    rng = np.random.default_rng(seed)
    taste, flavour = rng.normal(size=(n_users, 3)), rng.normal(size=(n_recipes, 3))
    users = rng.integers(1, n_users + 1, count)
    recipes = rng.integers(1, n_recipes + 1, count)
    stars = 3 + (taste[users - 1] * flavour[recipes - 1]).sum(1) + 0.2 * rng.normal(size=count)
    return np.stack([users, recipes, stars.clip(1, 5)], axis=1)


class MatrixFactorization(nn.Module):
    def __init__(self, num_users, num_recipes, k=8):
        super().__init__()
        self.user = nn.Embedding(num_users, k)
        self.recipe = nn.Embedding(num_recipes, k)
        self.user_bias = nn.Embedding(num_users, 1)
        self.recipe_bias = nn.Embedding(num_recipes, 1)
        self.mean = nn.Parameter(torch.tensor(3.0))
        for table in (self.user, self.recipe, self.user_bias, self.recipe_bias):
            nn.init.normal_(table.weight, std=0.1)

    def forward(self, u, r):
        dot = (self.user(u) * self.recipe(r)).sum(dim=1)
        return self.mean + dot + self.user_bias(u).squeeze(1) + self.recipe_bias(r).squeeze(1)


def fit(model, users, recipes, stars, epochs=15, lr=0.02, batch=100):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr, weight_decay=1e-5)
    for epoch in range(epochs):
        for index in torch.randperm(len(stars)).split(batch):
            loss = (model(users[index], recipes[index]) - stars[index]).pow(2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    with torch.no_grad():
        return (model(users, recipes) - stars).pow(2).mean().sqrt().item()


@torch.no_grad()
def recommend(model, user, num_recipes, top=5):
    """The ids, as the site counts them, of the recipes that a user may like best."""
    ids = torch.arange(1, num_recipes + 1)
    scores = model(torch.full_like(ids, user), ids)
    return ids[scores.topk(top).indices].tolist()


if __name__ == "__main__":
    torch.manual_seed(0)
    table = read_ratings()
    users = torch.from_numpy(table[:, 0]).long()
    recipes = torch.from_numpy(table[:, 1]).long()
    stars = torch.from_numpy(table[:, 2]).float()
    num_users, num_recipes = len(users.unique()), len(recipes.unique())
    model = MatrixFactorization(num_users, num_recipes)
    print(f"{num_users} users, {num_recipes} recipes, RMSE {fit(model, users, recipes, stars):.3f}")
    print("for user 60:", recommend(model, 60, num_recipes))
