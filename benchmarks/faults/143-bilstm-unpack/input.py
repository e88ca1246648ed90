import torch
import torch.nn as nn


class IntentClassifier(nn.Module):
    """Joint intent / slot model on a bidirectional LSTM."""

    def __init__(self, vocab=300, emb=32, hidden=40, intents=7, slots=15):
        super().__init__()
        self.embedding = nn.Embedding(vocab, emb)
        self.lstm = nn.LSTM(emb, hidden, num_layers=2, batch_first=True, bidirectional=True)
        self.intent = nn.Linear(2 * hidden, intents)
        self.slot = nn.Linear(2 * hidden, slots)

    def forward(self, tokens):
        x = self.embedding(tokens)
        output, hidden, cell = self.lstm(x)
        sentence = torch.cat([hidden[-2], hidden[-1]], dim=-1)
        return self.intent(sentence), self.slot(output)
