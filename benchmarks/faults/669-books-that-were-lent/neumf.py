"""Neural collaborative filtering for a library: does a reader borrow a book?"""
import torch
from torch import nn


class NeuMF(nn.Module):
    def __init__(self, readers=120, books=300, factors=8, mlp_embedding=16, layers=(32, 24, 16), dropout=0.0):
        super().__init__()
        self.reader_gmf = nn.Embedding(readers, factors)
        self.book_gmf = nn.Embedding(books, factors)
        self.reader_mlp = nn.Embedding(readers, mlp_embedding)
        self.book_mlp = nn.Embedding(books, mlp_embedding)
        steps = []
        for wide, narrow in zip((2 * mlp_embedding, *layers), layers):
            steps += [nn.Dropout(dropout), nn.Linear(wide, narrow), nn.ReLU()]
        self.mlp = nn.Sequential(*steps)
        self.predict = nn.Linear(2 * factors, 1)
        self.reset_parameters()

    def reset_parameters(self):
        for module in self.modules():
            if isinstance(module, nn.Embedding):
                nn.init.normal_(module.weight, std=0.01)
            elif isinstance(module, nn.Linear):
                nn.init.xavier_uniform_(module.weight)
                nn.init.zeros_(module.bias)

    def forward(self, reader, book):
        product = self.reader_gmf(reader) * self.book_gmf(book)
        pair = torch.cat([self.reader_mlp(reader), self.book_mlp(book)], dim=-1)
        both = torch.cat([product, self.mlp(pair)], dim=-1)
        return self.predict(both).squeeze(-1)


def recommend(model, reader, books, count=10):
    """The books that a reader would borrow most likely."""
    with torch.no_grad():
        scores = model(reader.expand(len(books)), books)
    return books[scores.topk(count).indices]
