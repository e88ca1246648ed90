"""Encode paragraphs in one batch; words see only words of their own sentence."""
import torch
from torch import nn

HEADS = 4


def sentence_mask(sentence_ids):
    """(batch, words), -1 for padding -> (batch * HEADS, words, words), True where attention is forbidden"""
    same = sentence_ids.unsqueeze(2) == sentence_ids.unsqueeze(1)
    b, n, _ = same.shape
    per_head = (~same).unsqueeze(1).expand(b, HEADS, n, n)
    return per_head.reshape(b * HEADS, n, n)


class ParagraphEncoder(nn.Module):
    def __init__(self, vocab=30, dim=24):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim)
        layer = nn.TransformerEncoderLayer(dim, HEADS, 48, dropout=0.0, batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)

    def forward(self, words, sentence_ids):
        h = self.encoder(self.embed(words), mask=sentence_mask(sentence_ids))
        valid = (sentence_ids >= 0).unsqueeze(-1)
        return (h * valid).sum(1) / valid.sum(1)


if __name__ == "__main__":
    torch.manual_seed(0)
    words = torch.randint(30, (3, 10))
    ids = torch.tensor([[0, 0, 0, 1, 1, 1, 1, 2, 2, 2],
                        [0, 0, 1, 1, 1, -1, -1, -1, -1, -1],
                        [0, 0, 0, 0, 0, 0, 0, 1, 1, -1]])
    model = ParagraphEncoder()
    target = torch.randn(3, 24)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for step in range(3):
        loss = nn.functional.mse_loss(model(words, ids), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(step, loss.item())
