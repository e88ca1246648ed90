import torch.nn as nn


class Discriminator(nn.Module):
    def __init__(self, input_length: int):
        super().__init__()
        self.dense = nn.Linear(input_length, 1)
        self.activation = nn.Sigmoid()

    def forward(self, x):
        return self.activation(self.dense(x))


class Generator(nn.Module):
    def __init__(self, input_length: int):
        super().__init__()
        self.dense = nn.Linear(input_length, input_length)
        self.activation = nn.Sigmoid()

    def forward(self, x):
        return self.activation(self.dense(x))
