"""Where a network looks: the gradient of a class weighs the maps of its last stage."""
import torch
import torch.nn.functional as F
from torch import nn


class BasicBlock(nn.Module):
    def __init__(self, inplanes, planes, stride=1):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(inplanes, planes, 3, stride, 1, bias=False), nn.BatchNorm2d(planes)
        self.conv2, self.bn2 = nn.Conv2d(planes, planes, 3, 1, 1, bias=False), nn.BatchNorm2d(planes)
        self.downsample = None
        if stride != 1 or inplanes != planes:
            self.downsample = nn.Sequential(nn.Conv2d(inplanes, planes, 1, stride, bias=False), nn.BatchNorm2d(planes))

    def forward(self, x):
        out = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return torch.relu(out + (x if self.downsample is None else self.downsample(x)))


class ResNet(nn.Module):
    """Trained on colours; a grey picture is seen as a picture whose colours are the same."""

    def __init__(self, num_classes=5, width=8):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, width, 7, 2, 3, bias=False), nn.BatchNorm2d(width)
        self.layer1, self.layer2 = BasicBlock(width, width), BasicBlock(width, width * 2, 2)
        self.fc = nn.Linear(width * 2, num_classes)

    def stem(self, x):
        weight = self.conv1.weight
        if x.size(1) == 1:
            weight = weight.sum(dim=1, keepdim=True)
        return torch.relu(self.bn1(F.conv2d(x, weight, stride=2, padding=3)))

    def forward(self, x):
        x = self.layer2(self.layer1(self.stem(x)))
        return self.fc(x.mean(dim=(2, 3)))


class GradCAM(nn.Module):
    """Maps (B, H, W) between nothing and one, for the likeliest class of each picture."""

    def __init__(self, model, target_layer):
        super().__init__()
        self.model = model
        target_layer.register_forward_hook(self.keep)

    def keep(self, module, inputs, output):
        self.activations = output

    def forward(self, x):
        with torch.enable_grad():
            scores = self.model(x)
            best = scores.gather(1, scores.argmax(1, keepdim=True)).sum()
            gradients = torch.autograd.grad(best, self.activations)[0]
        weights = gradients.mean(dim=(2, 3), keepdim=True)
        cam = torch.relu((weights * self.activations).sum(dim=1, keepdim=True))
        cam = F.interpolate(cam, size=x.shape[2:], mode="bilinear", align_corners=False).squeeze(1)
        return (cam / (cam.amax(dim=(1, 2), keepdim=True) + 1e-7)).detach()


def build():
    model = ResNet().eval()
    return GradCAM(model, model.layer2)
