import torch
import torch.nn as nn


net = nn.Conv2d(3, 8, 3).to("cuda")
print(net(torch.randn(1, 3, 8, 8, device="cuda")).shape)
