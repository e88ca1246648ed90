"""Answer questions about pictures with attention over their regions."""
import torch
from torch import nn

from vision import ImageEmbedding, backbone


class StackedAttention(nn.Module):
    def __init__(self, vocab=40, answers=10, dim=48, hops=2, extract_features=False):
        super().__init__()
        self.image = ImageEmbedding(dim, extract_features)
        self.words = nn.Embedding(vocab, dim)
        self.question = nn.LSTM(dim, dim, batch_first=True)
        self.score = nn.ModuleList(nn.Linear(dim, 1) for _ in range(hops))
        self.answer = nn.Linear(dim, answers)

    def forward(self, image, question):
        regions = self.image(image)
        _, (h, _) = self.question(self.words(question))
        query = h[-1]
        for score in self.score:
            weights = score(torch.tanh(regions + query[:, None])).softmax(dim=1)
            query = query + (weights * regions).sum(dim=1)
        return self.answer(query)


if __name__ == "__main__":
    torch.manual_seed(0)
    stored = backbone()(torch.randn(4, 3, 64, 64)).detach()
    questions = torch.randint(40, (4, 7))
    model = StackedAttention()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for _ in range(2):
        loss = nn.functional.cross_entropy(model(stored, questions), torch.tensor([1, 3, 0, 9]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(loss.item())
