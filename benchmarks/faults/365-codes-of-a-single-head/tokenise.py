"""Store pictures as code numbers and get them back from the numbers alone."""
import torch
from torch import nn

from quantizer import VectorQuantizer


class Tokeniser(nn.Module):
    def __init__(self, dim=24, heads=1):
        super().__init__()
        self.grid = 3
        self.encode = nn.Conv2d(3, dim, 4, stride=4)
        self.quantise = VectorQuantizer(dim, codes=32, code_dim=4, heads=heads)
        self.decode = nn.ConvTranspose2d(dim, 3, 4, stride=4)

    def forward(self, pictures):
        tokens = self.encode(pictures).flatten(2).transpose(1, 2)
        quantised, indices = self.quantise(tokens)
        return self.picture(quantised), indices

    def picture(self, tokens):
        b, n, d = tokens.shape
        return self.decode(tokens.transpose(1, 2).reshape(b, d, self.grid, self.grid))

    def from_indices(self, indices):
        return self.picture(self.quantise.output_from_indices(indices))


if __name__ == "__main__":
    torch.manual_seed(0)
    model = Tokeniser().eval()
    with torch.no_grad():
        pictures, indices = model(torch.randn(2, 3, 12, 12))
        again = model.from_indices(indices)
    print(indices.shape, (again - pictures).abs().max().item())
