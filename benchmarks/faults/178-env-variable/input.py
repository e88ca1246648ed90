import os
import torch
import torch.nn as nn


root = os.path.join(os.environ["HGCN_DATAPATH"], "cora")
print(root, nn.Linear(4, 2)(torch.randn(3, 4)).shape)
