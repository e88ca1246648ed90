"""Features with the place they were taken from, for a table of pictures."""
import torch
from torch import nn


def get_emb(sin_inp):
    return torch.stack([sin_inp.sin(), sin_inp.cos()], dim=-1).flatten(-2)


class PositionalEncoding2D(nn.Module):
    """Of a tensor (batch, x, y, channels) the encoding of its places, of the same shape."""

    def __init__(self, channels):
        super().__init__()
        self.channels = -(-channels // 4) * 2
        inv_freq = 1.0 / (10000 ** (torch.arange(0, self.channels, 2).float() / self.channels))
        self.register_buffer("inv_freq", inv_freq)

    def forward(self, tensor):
        if tensor.dim() != 4:
            raise RuntimeError("The input tensor has to be 4d!")
        batch_size, x, y, orig_ch = tensor.shape
        sin_inp_x = torch.einsum("i,j->ij", torch.arange(x).type_as(self.inv_freq), self.inv_freq)
        sin_inp_y = torch.einsum("i,j->ij", torch.arange(y).type_as(self.inv_freq), self.inv_freq)
        emb = torch.zeros(x, y, self.channels * 2)
        emb[:, :, :self.channels] = get_emb(sin_inp_x).unsqueeze(1)
        emb[:, :, self.channels:] = get_emb(sin_inp_y)
        return emb[None, :, :, :orig_ch]


class Recognizer(nn.Module):
    def __init__(self, channels=10, classes=5):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(1, channels, 3, stride=2, padding=1), nn.ReLU())
        self.places = PositionalEncoding2D(channels)
        self.mix = nn.Linear(2 * channels, 16)
        self.attend, self.head = nn.Linear(16, 1), nn.Linear(16, classes)

    def forward(self, images):
        features = self.stem(images).permute(0, 2, 3, 1)
        features = torch.cat([features, self.places(features)], dim=-1)
        nodes = torch.relu(self.mix(features)).flatten(1, 2)
        return self.head((self.attend(nodes).softmax(1) * nodes).sum(1))


if __name__ == "__main__":
    torch.manual_seed(0)
    model = Recognizer()
    print(model(torch.rand(1, 1, 12, 18)).shape)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    images, labels = torch.rand(16, 1, 12, 18), torch.randint(0, 5, (16,))
    for _ in range(3):
        loss = nn.functional.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(f"{loss.item():.3f}")
