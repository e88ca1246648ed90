"""From the vector of a text to its class."""
import torch
from torch import nn


class TextClassificationHead(nn.Module):
    def __init__(self, layer_dims, label_list):
        super().__init__()
        self.label_list = label_list
        layers = []
        for a, b in zip(layer_dims[:-1], layer_dims[1:]):
            layers += [nn.Linear(a, b), nn.ReLU()]
        self.feed_forward = nn.Sequential(*layers[:-1])
        self.loss_fct = nn.CrossEntropyLoss(reduction="none")

    def forward(self, X):
        return self.feed_forward(X)

    def logits_to_loss(self, logits, label_ids):
        """The loss of every text."""
        return self.loss_fct(logits, label_ids.view(-1))

    def logits_to_preds(self, logits):
        return [self.label_list[int(i)] for i in logits.argmax(1)]


class AdaptiveModel(nn.Module):
    def __init__(self, vocab_size, dim, head):
        super().__init__()
        self.language_model = nn.EmbeddingBag(vocab_size, dim, mode="mean", padding_idx=0)
        self.prediction_head = head

    def forward(self, input_ids):
        return self.prediction_head(self.language_model(input_ids))
