import torch
import torch.nn as nn
import segmentation_models_pytorch as smp

net = smp.Unet("resnet34", encoder_weights=None, classes=1)
print(net(torch.randn(1, 3, 64, 64)).shape)
