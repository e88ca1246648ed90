"""Neural matrix factorisation with the genres of the films beside it."""
import torch
import torch.nn as nn
import yaml


class NeuMF(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        layers = cfg["mlp_layers"]
        self.gmf_user = nn.Embedding(cfg["users"], cfg["gmf_dim"])
        self.gmf_item = nn.Embedding(cfg["items"], cfg["gmf_dim"])
        self.mlp_user = nn.Embedding(cfg["users"], layers[0] // 2)
        self.mlp_item = nn.Embedding(cfg["items"], layers[0] // 2)
        mlp = []
        for cin, cout in zip(layers[:-1], layers[1:]):
            mlp += [nn.Linear(cin, cout), nn.ReLU()]
        self.mlp = nn.Sequential(*mlp)
        self.predict = nn.Linear(cfg["gmf_dim"] + layers[-1], 1)
        for table in (self.gmf_user, self.gmf_item, self.mlp_user, self.mlp_item):
            nn.init.normal_(table.weight, std=0.05)

    def forward(self, user, item, genres):
        gmf = self.gmf_user(user) * self.gmf_item(item)
        mlp = torch.cat([self.mlp_user(user), self.mlp_item(item), genres], dim=-1)
        mlp = self.mlp(mlp)
        return self.predict(torch.cat([gmf, mlp], dim=-1)).squeeze(-1)


def load_model(path="neumf.yaml"):
    with open(path) as f:
        return NeuMF(yaml.safe_load(f))
