"""Builds the network from tiny.cfg and takes two steps on random pictures."""
import torch
import torch.nn as nn

from cfg import parse_cfg


class YoloLayer(nn.Module):
    def __init__(self, anchors, classes):
        super(YoloLayer, self).__init__()
        self.anchors = anchors
        self.classes = classes

    def forward(self, x):
        b, _, g, _ = x.shape
        p = x.view(b, len(self.anchors), self.classes + 5, g, g)
        return p.permute(0, 1, 3, 4, 2).contiguous()


def build(blocks):
    net, cin = [], int(blocks[0]["channels"])
    for blk in blocks[1:]:
        if blk["type"] == "convolutional":
            k, cout = int(blk["size"]), int(blk["filters"])
            net.append(nn.Conv2d(cin, cout, k, int(blk["stride"]), k // 2))
            if blk["activation"] == "leaky":
                net.append(nn.LeakyReLU(0.1))
            cin = cout
        elif blk["type"] == "maxpool":
            net.append(nn.MaxPool2d(int(blk["size"]), int(blk["stride"])))
        elif blk["type"] == "yolo":
            nums = [int(v) for v in blk["anchors"].split(",")]
            pairs = list(zip(nums[0::2], nums[1::2]))
            pairs = [pairs[int(i)] for i in blk["mask"].split(",")]
            net.append(YoloLayer(pairs, int(blk["classes"])))
    return nn.Sequential(*net)


def main():
    torch.manual_seed(0)
    net = build(parse_cfg("tiny.cfg"))
    opt = torch.optim.SGD(net.parameters(), lr=1e-3)
    for step in range(2):
        out = net(torch.rand(2, 3, 64, 64))
        obj = out[..., 4].sigmoid()
        cls = out[..., 5:].sigmoid()
        loss = obj.mean() + (cls - 0.2).pow(2).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
        print("step", step, "loss", float(loss))


if __name__ == "__main__":
    main()
