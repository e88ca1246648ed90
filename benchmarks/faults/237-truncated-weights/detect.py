import numpy as np
import torch
import torch.nn as nn


class Tiny(nn.Module):
    def __init__(self):
        super(Tiny, self).__init__()
        self.convs = nn.ModuleList([nn.Conv2d(3, 16, 3, 2, 1), nn.Conv2d(16, 32, 3, 2, 1), nn.Conv2d(32, 24, 1)])

    def forward(self, x):
        for conv in self.convs[:-1]:
            x = nn.functional.leaky_relu(conv(x), 0.1)
        return self.convs[-1](x)


def load_darknet_weights(model, path):
    """header of five int32 values, then bias and weight of each convolution as float32"""
    with open(path, 'rb') as f:
        np.fromfile(f, dtype=np.int32, count=5)
        weights = np.fromfile(f, dtype=np.float32)
    ptr = 0
    for conv in model.convs:
        nb = conv.bias.numel()
        conv.bias.data.copy_(torch.from_numpy(weights[ptr:ptr + nb]))
        ptr += nb
        nw = conv.weight.numel()
        conv.weight.data.copy_(torch.from_numpy(weights[ptr:ptr + nw]).view_as(conv.weight))
        ptr += nw
    return ptr


def main():
    model = Tiny()
    used = load_darknet_weights(model, 'tiny.weights')
    print('read', used, 'values')
    with torch.no_grad():
        print(model(torch.rand(1, 3, 64, 64)).shape)


if __name__ == '__main__':
    main()
