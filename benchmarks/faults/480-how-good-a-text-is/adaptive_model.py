"""A model of the language, and heads upon it."""
import torch
from torch import nn


class LanguageModel(nn.Module):
    def __init__(self, vocab_size, width):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, width)
        self.rnn = nn.GRU(width, width, batch_first=True)

    def forward(self, input_ids):
        return self.rnn(self.embed(input_ids))[1][-1]


class AdaptiveModel(nn.Module):
    def __init__(self, language_model, prediction_heads, dropout=0.1):
        super().__init__()
        self.language_model = language_model
        self.prediction_heads = nn.ModuleList(prediction_heads)
        self.dropout = nn.Dropout(dropout)

    def forward(self, input_ids):
        pooled = self.dropout(self.language_model(input_ids))
        return [head(pooled) for head in self.prediction_heads]

    def logits_to_loss(self, logits, label_ids):
        losses = [head.logits_to_loss(out, label_ids=label_ids) for head, out in zip(self.prediction_heads, logits)]
        return torch.stack(losses).sum(dim=0).mean()

    @torch.no_grad()
    def formatted_preds(self, input_ids):
        head = self.prediction_heads[0]
        return head.formatted_preds(self(input_ids)[0])
