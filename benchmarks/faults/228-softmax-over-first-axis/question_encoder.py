import torch
import torch.nn as nn
import torch.nn.functional as F


class QuestionEncoder(nn.Module):
    """
    Maps a question to a point in the space of the knowledge graph.
    Text comes as [words, batch], the way the iterator delivers it.
    """

    def __init__(self, n_words=200, embed=24, hidden=16, relation=20):
        super(QuestionEncoder, self).__init__()
        self.embed = nn.Embedding(n_words, embed)
        self.lstm = nn.LSTM(embed, hidden, bidirectional=True)
        self.attn = nn.Linear(2 * hidden + embed, 1)
        self.hidden2tag = nn.Sequential(nn.Linear(2 * hidden + embed, 32), nn.LayerNorm(32), nn.ReLU(), nn.Linear(32, relation))

    def forward(self, text):
        x = self.embed(text)                                  # [words, batch, embed]
        outputs, _ = self.lstm(x)                             # [words, batch, 2 * hidden]
        both = torch.cat((outputs, x), dim=2)
        score = torch.tanh(self.attn(both))                   # [words, batch, 1]
        weight = F.softmax(score, dim=0)
        tags = self.hidden2tag(both)                          # [words, batch, relation]
        return (weight * tags).sum(0)                         # [batch, relation]
