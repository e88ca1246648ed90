"""Named entities with a recurrent network and a chain of tags."""
import torch
from torch import nn

from crf import CRF


class EntityTagger(nn.Module):
    def __init__(self, vocab=50, tags=5, dim=16):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim, padding_idx=0)
        self.rnn = nn.GRU(dim, dim, batch_first=True)
        self.out = nn.Linear(dim, tags)
        self.crf = CRF(tags)

    def scores(self, words):
        return self.out(self.rnn(self.embed(words))[0])

    def loss(self, words, tags):
        mask = words != 0
        scores = self.scores(words)
        return (self.crf.partition(scores, mask) - self.crf.path_score(scores, tags, mask)).mean()

    def forward(self, words):
        mask = words != 0
        tags = self.crf.decode(self.scores(words))
        return tags * mask


if __name__ == "__main__":
    torch.manual_seed(0)
    words = torch.randint(1, 50, (6, 9))
    for row, n in enumerate((9, 4, 7, 2, 5, 3)):
        words[row, n:] = 0
    model = EntityTagger()
    print(model.loss(words, torch.randint(5, (6, 9))).item())
    print(model(words))
