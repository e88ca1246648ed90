"""Score films for a viewer: bilinear in their embeddings, plus a bias for each film.

Used to get one film a viewer; since the sampled softmax it gets a list of candidates,
the first of them being the one that was watched.
"""
import torch
from torch import nn
import torch.nn.functional as F


class BilinearRecommender(nn.Module):
    def __init__(self, viewers=50, films=80, viewer_dim=12, film_dim=16):
        super().__init__()
        self.viewers = nn.Embedding(viewers, viewer_dim)
        self.films = nn.Embedding(films, film_dim)
        self.film_bias = nn.Embedding(films, 1)
        self.weight = nn.Parameter(torch.empty(viewer_dim, film_dim))
        nn.init.xavier_uniform_(self.weight)
        nn.init.zeros_(self.film_bias.weight)

    def forward(self, viewer, candidates):
        """viewer: batch; candidates: batch x n; scores: batch x n."""
        u = self.viewers(viewer)
        v = self.films(candidates)
        match = torch.einsum("bd,de,be->b", u, self.weight, v)
        return match + self.film_bias(candidates).squeeze(-1)


def sampled_softmax_loss(model, viewer, watched, negatives=8):
    others = torch.randint(0, model.films.num_embeddings, (len(watched), negatives))
    scores = model(viewer, torch.cat([watched[:, None], others], dim=1))
    return F.cross_entropy(scores, torch.zeros(len(watched), dtype=torch.long))


@torch.no_grad()
def recommend(model, viewer, k=5):
    every = torch.arange(model.films.num_embeddings)
    scores = model(viewer, every.expand(len(viewer), -1))
    return scores.topk(k, dim=1).indices
