from .resnet import ResNet, resnet10
