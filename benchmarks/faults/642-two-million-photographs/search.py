"""Find photographs by a description."""
import csv
import sys

import numpy as np
import torch
from torch import nn


class TextEncoder(nn.Module):
    def __init__(self, buckets=200, dim=16):
        super().__init__()
        self.buckets = buckets
        self.embedding = nn.EmbeddingBag(buckets, dim)

    def forward(self, text):
        words = [sum(map(ord, word)) % self.buckets for word in text.lower().split()]
        features = self.embedding(torch.tensor([words]))
        return features / features.norm(dim=-1, keepdim=True)


def load_index(folder):
    """The features of the photographs, made beforehand, and the id of each row."""
    with open(f"{folder}/photo_ids.csv", newline="") as file:
        photo_ids = [row["photo_id"] for row in csv.DictReader(file)]
    photo_features = np.load(f"{folder}/features.npy")
    return photo_ids, torch.from_numpy(photo_features)


def find_best_matches(text_features, photo_features, photo_ids, results_count=3):
    similarities = (photo_features @ text_features.squeeze(0)).topk(results_count)
    return [(photo_ids[i], s) for s, i in zip(similarities.values.tolist(), similarities.indices.tolist())]


if __name__ == "__main__":
    torch.manual_seed(0)
    query = " ".join(sys.argv[1:]) or "two dogs playing in the snow"
    photo_ids, photo_features = load_index("unsplash-dataset")
    print(f"Photos loaded: {len(photo_ids)}")
    encoder = TextEncoder(dim=photo_features.size(1))
    with torch.no_grad():
        for photo_id, similarity in find_best_matches(encoder(query), photo_features, photo_ids):
            print(photo_id, f"{similarity:.3f}")
