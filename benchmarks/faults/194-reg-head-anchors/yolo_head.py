# Decoupled detection head for one pyramid level
import torch
import torch.nn as nn


def conv_bn_act(cin, cout, k=3):
    return nn.Sequential(nn.Conv2d(cin, cout, k, padding=k // 2, bias=False), nn.BatchNorm2d(cout), nn.SiLU())


class DetHead(nn.Module):
    def __init__(self, num_classes, n_anchors=1, stride=8, cin=32, width=16):
        super().__init__()
        self.n_anchors = n_anchors
        self.num_classes = num_classes
        self.stride = stride
        self.stem = conv_bn_act(cin, width, 1)
        self.cls_convs = nn.Sequential(conv_bn_act(width, width), conv_bn_act(width, width))
        self.reg_convs = nn.Sequential(conv_bn_act(width, width), conv_bn_act(width, width))
        self.cls_pred = nn.Conv2d(width, self.n_anchors * self.num_classes, kernel_size=1)
        self.reg_pred = nn.Conv2d(width, 4, kernel_size=1)
        self.obj_pred = nn.Conv2d(width, self.n_anchors * 1, kernel_size=1)

    def decode(self, output, h, w):
        yv, xv = torch.meshgrid(torch.arange(h), torch.arange(w), indexing="ij")
        grid = torch.stack((xv, yv), 2).view(1, 1, h, w, 2).to(output)
        xy = (output[..., :2] + grid) * self.stride
        wh = output[..., 2:4].exp() * self.stride
        return torch.cat((xy, wh, output[..., 4:]), dim=-1)

    def forward(self, feat):
        x = self.stem(feat)
        cls_feat, reg_feat = self.cls_convs(x), self.reg_convs(x)
        reg, obj, cls = self.reg_pred(reg_feat), self.obj_pred(reg_feat), self.cls_pred(cls_feat)
        b, _, h, w = reg.shape
        n_ch = 5 + self.num_classes
        parts = [t.view(b, self.n_anchors, -1, h, w) for t in (reg, obj, cls)]
        output = torch.cat(parts, dim=2).view(b, self.n_anchors, n_ch, h, w)
        output = output.permute(0, 1, 3, 4, 2)
        return self.decode(output, h, w).reshape(b, self.n_anchors * h * w, n_ch)
