"""Which emotion somebody speaks with: two stacks of convolutions and a transformer read the same coefficients."""
import torch
from torch import nn


def conv_block(cin, cout, pool, p):
    return [nn.Conv2d(cin, cout, 3, padding=1), nn.BatchNorm2d(cout), nn.ReLU(), nn.MaxPool2d(pool, pool), nn.Dropout(p)]


def stack():
    return nn.Sequential(
        *conv_block(1, 4, 2, 0.0),
        *conv_block(4, 8, 2, 0.0),
        *conv_block(8, 16, 4, 0.0),
    )


class ParallelTransformerCNN(nn.Module):
    """Coefficients (batch, 1, 20, frames) to scores of the emotions."""

    def __init__(self, num_emotions=8, n_mfcc=20):
        super().__init__()
        self.transformer_maxpool = nn.MaxPool2d(kernel_size=(1, 4), stride=(1, 4))
        layer = nn.TransformerEncoderLayer(d_model=n_mfcc, nhead=4, dim_feedforward=32, dropout=0.0)
        self.transformer_encoder = nn.TransformerEncoder(layer, num_layers=2)
        self.conv2Dblock1, self.conv2Dblock2 = stack(), stack()
        # each stack leaves 16 channels of 1 x 3, the transformer the mean of 20 coefficients over time
        self.fc1_linear = nn.Linear(2 * 16 * 1 * 3 + n_mfcc, num_emotions)

    def forward(self, x):
        embedding1 = self.conv2Dblock1(x).flatten(start_dim=1)
        embedding2 = self.conv2Dblock2(x).flatten(start_dim=1)
        reduced = self.transformer_maxpool(x).squeeze(1).permute(2, 0, 1)
        embedding3 = self.transformer_encoder(reduced).mean(dim=0)
        complete_embedding = torch.cat([embedding1, embedding2, embedding3], dim=1)
        return self.fc1_linear(complete_embedding)
