import torch
import torch.nn as nn

from layers import SumConv, add_pool


class JumpingNet(nn.Module):
    def __init__(self, features, hidden, classes):
        super().__init__()
        self.conv1 = SumConv(features, hidden)
        self.conv2 = SumConv(hidden, hidden)
        self.conv3 = SumConv(hidden, hidden)
        self.head = nn.Linear(3 * hidden, classes)

    def forward(self, x, edge_index, batch):
        h1 = add_pool(self.conv1(x, edge_index), batch)
        h2 = add_pool(self.conv2(h1, edge_index), batch)
        h3 = add_pool(self.conv3(h2, edge_index), batch)
        return self.head(torch.cat((h1, h2, h3), dim=1))
