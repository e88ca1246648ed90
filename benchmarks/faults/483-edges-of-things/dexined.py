"""Draw the edges of things, at several depths of a network and all together."""
import torch
from torch import nn
import torch.nn.functional as F


class DenseLayer(nn.Sequential):
    def __init__(self, input_features, out_features):
        super().__init__()
        self.add_module("conv1", nn.Conv2d(input_features, out_features, kernel_size=3, stride=1, padding=2, bias=True))
        self.add_module("norm1", nn.BatchNorm2d(out_features))
        self.add_module("relu1", nn.ReLU(inplace=True))
        self.add_module("conv2", nn.Conv2d(out_features, out_features, kernel_size=3, stride=1, bias=True))
        self.add_module("norm2", nn.BatchNorm2d(out_features))

    def forward(self, x):
        x1, x2 = x
        new_features = super().forward(F.relu(x1))
        return 0.5 * (new_features + x2), x2


class DenseBlock(nn.Sequential):
    def __init__(self, num_layers, input_features, out_features):
        super().__init__()
        for i in range(num_layers):
            self.add_module(f"denselayer{i + 1}", DenseLayer(input_features, out_features))
            input_features = out_features


class UpConvBlock(nn.Module):
    def __init__(self, in_features, up_scale):
        super().__init__()
        layers = []
        for i in range(up_scale):
            out_features = 1 if i == up_scale - 1 else 4
            layers += [nn.Conv2d(in_features, out_features, 1), nn.ReLU(inplace=True),
                       nn.ConvTranspose2d(out_features, out_features, 4, stride=2, padding=1)]
            in_features = out_features
        self.features = nn.Sequential(*layers)

    def forward(self, x):
        return self.features(x)


class SingleConvBlock(nn.Module):
    def __init__(self, in_features, out_features, stride):
        super().__init__()
        self.conv = nn.Conv2d(in_features, out_features, 1, stride=stride)
        self.bn = nn.BatchNorm2d(out_features)

    def forward(self, x):
        return self.bn(self.conv(x))


class DexiNed(nn.Module):
    def __init__(self):
        super().__init__()
        self.block_1 = nn.Sequential(nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.BatchNorm2d(8), nn.ReLU())
        self.dblock_2 = DenseBlock(2, 8, 12)
        self.dblock_3 = DenseBlock(3, 12, 16)
        self.side_1, self.side_2 = SingleConvBlock(8, 12, 1), SingleConvBlock(12, 16, 2)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.up_1, self.up_2, self.up_3 = UpConvBlock(8, 1), UpConvBlock(12, 1), UpConvBlock(16, 2)
        self.block_cat = nn.Conv2d(3, 1, 1)

    def forward(self, x):
        block_1 = self.block_1(x)
        block_2, _ = self.dblock_2([block_1, self.side_1(block_1)])
        down = self.maxpool(block_2)
        block_3, _ = self.dblock_3([down, self.side_2(block_2)])
        results = [self.up_1(block_1), self.up_2(block_2), self.up_3(block_3)]
        return [*results, self.block_cat(torch.cat(results, dim=1))]


if __name__ == "__main__":
    torch.manual_seed(0)
    model = DexiNed()
    images, edges = torch.rand(2, 3, 32, 48), (torch.rand(2, 1, 32, 48) > 0.9).float()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for _ in range(2):
        preds = model(images)
        loss = sum(F.binary_cross_entropy_with_logits(pred, edges) for pred in preds)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(f"{loss.item():.3f}")
