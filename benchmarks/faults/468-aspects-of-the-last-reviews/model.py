"""The attention-based aspect extractor."""
import torch
from torch import nn


class SelfAttention(nn.Module):
    def __init__(self, wv_dim):
        super().__init__()
        self.M = nn.Parameter(torch.eye(wv_dim) + 0.01 * torch.randn(wv_dim, wv_dim))

    def forward(self, embeddings):
        mean = embeddings.mean(1)
        scores = torch.matmul(embeddings, torch.matmul(mean, self.M.t()).unsqueeze(2)).squeeze(2)
        return scores.softmax(1)


class ABAE(nn.Module):
    def __init__(self, wv_dim, asp_count, ortho_reg=0.1):
        super().__init__()
        self.ortho_reg = ortho_reg
        self.attention = SelfAttention(wv_dim)
        self.linear_transform = nn.Linear(wv_dim, asp_count)
        self.aspects_embeddings = nn.Parameter(torch.randn(wv_dim, asp_count))

    def get_aspects_importances(self, text_embeddings):
        weights = self.attention(text_embeddings)
        weighted = torch.matmul(weights.unsqueeze(1), text_embeddings).squeeze(1)
        return weighted, self.linear_transform(weighted).softmax(1)

    def forward(self, text_embeddings, negative_samples_texts):
        """Sentences (batch, words, dim) and their strangers (batch, count, words, dim); a loss for each sentence."""
        weighted, importances = self.get_aspects_importances(text_embeddings)
        recovered = torch.matmul(self.aspects_embeddings, importances.unsqueeze(2)).squeeze(2)
        averaged_negatives = negative_samples_texts.mean(2)
        positive = (weighted * recovered).sum(1, keepdim=True)
        negative = torch.bmm(averaged_negatives, recovered.unsqueeze(2)).squeeze(2)
        margin = torch.clamp(1 - positive + negative, min=0).sum(1)
        gram = torch.matmul(self.aspects_embeddings.t(), self.aspects_embeddings)
        return margin + self.ortho_reg * (gram - torch.eye(gram.shape[0])).norm()
