import os
import torch
import torch.distributed as dist
import torch.nn as nn

if __name__ == "__main__":
    dist.init_process_group("gloo", init_method="env://")
    net = nn.parallel.DistributedDataParallel(nn.Linear(8, 2))
    net(torch.randn(4, 8)).sum().backward()
    print("rank", dist.get_rank(), "done")
    dist.destroy_process_group()
