"""Part-of-speech tagging with smoothed targets, for sentences cut to one length."""
import torch
from torch import nn


class SmoothedCrossEntropy(nn.Module):
    def __init__(self, num_classes, eps=0.1):
        super().__init__()
        self.num_classes, self.eps = num_classes, eps

    def forward(self, inputs, targets):
        log_probs = inputs.log_softmax(dim=-1)
        hard = torch.zeros_like(log_probs)
        hard = hard.scatter_(1, targets.unsqueeze(1), 1.0)
        soft = (1 - self.eps) * hard + self.eps / self.num_classes
        return -(soft * log_probs).sum(dim=-1).mean()


class Tagger(nn.Module):
    def __init__(self, vocab=60, tags=9, dim=24):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim)
        self.rnn = nn.LSTM(dim, dim, batch_first=True, bidirectional=True)
        self.out = nn.Linear(2 * dim, tags)

    def forward(self, words):
        return self.out(self.rnn(self.embed(words))[0])


def tagging_loss(criterion, scores, words, tags):
    """The second half of a sentence has more weight."""
    half = words.shape[1] // 2
    return criterion(scores, tags) + 0.5 * criterion(scores[:, half:], tags[:, half:])


if __name__ == "__main__":
    torch.manual_seed(0)
    words = torch.randint(1, 60, (4, 11))
    tags = torch.randint(9, (4, 11))
    model, criterion = Tagger(), SmoothedCrossEntropy(9)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(3):
        loss = tagging_loss(criterion, model(words), words, tags)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(loss.item())
