"""How many channels of a cell are open, from a piece of the current: a WaveNet and a line over what is left of time."""
import torch
from torch import nn


class CasualDilatedConv1D(nn.Module):
    """A convolution that sees two steps; of the length ``dilation`` steps are lost in front."""

    def __init__(self, in_channels, out_channels, dilation=1):
        super().__init__()
        self.conv1D = nn.Conv1d(in_channels, out_channels, kernel_size=2, dilation=dilation, bias=False)

    def forward(self, x):
        return self.conv1D(x)


class ResBlock(nn.Module):
    def __init__(self, res_channels, skip_channels, dilation):
        super().__init__()
        self.dilated = CasualDilatedConv1D(res_channels, res_channels, dilation)
        self.resConv1D = nn.Conv1d(res_channels, res_channels, 1)
        self.skipConv1D = nn.Conv1d(res_channels, skip_channels, 1)

    def forward(self, x, skip_size):
        out = self.dilated(x)
        out = torch.tanh(out) * torch.sigmoid(out)
        res = self.resConv1D(out)
        return res + x[:, :, -res.size(2):], self.skipConv1D(out)[:, :, -skip_size:]


class WaveNet(nn.Module):
    def __init__(self, in_depth, res_channels, skip_channels, dilation_depth, n_repeat):
        super().__init__()
        self.dilations = [2**i for i in range(dilation_depth)] * n_repeat
        self.casualConv1D = CasualDilatedConv1D(in_depth, res_channels)
        self.main = nn.ModuleList([ResBlock(res_channels, skip_channels, d) for d in self.dilations])
        self.post = nn.Sequential(nn.ReLU(), nn.Conv1d(skip_channels, skip_channels, 1))

    def calculateReceptiveField(self):
        return sum(self.dilations)

    def calculateOutputSize(self, x):
        return x.size(2) - self.calculateReceptiveField()

    def forward(self, x):
        x = self.casualConv1D(x)
        skip_size = self.calculateOutputSize(x)
        total = 0
        for block in self.main:
            x, skip = block(x, skip_size)
            total = total + skip
        return self.post(total)


class WaveNetClassifier(nn.Module):
    """A piece (batch, in_depth, seqLen) to scores of ``output_size`` numbers of open channels."""

    def __init__(self, seqLen, output_size, in_depth=2, hidden=6):
        super().__init__()
        self.wavenet = WaveNet(in_depth, hidden, hidden, dilation_depth=3, n_repeat=2)
        self.liner = nn.Linear(seqLen - self.wavenet.calculateReceptiveField(), output_size)

    def forward(self, x):
        x = self.wavenet(x)
        return self.liner(x.mean(dim=1))
