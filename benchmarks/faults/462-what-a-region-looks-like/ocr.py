"""Segment pictures: a first guess says where each class is, from there the class is described, and each pixel asks
which description fits."""
import torch
from torch import nn
import torch.nn.functional as F


class SpatialGather_Module(nn.Module):
    """feats (batch, channels, h, w) and the first guess probs (batch, classes, h, w) to a description of each class,
    (batch, channels, classes, 1)."""

    def __init__(self, cls_num=0, scale=1):
        super().__init__()
        self.cls_num, self.scale = cls_num, scale

    def forward(self, feats, probs):
        batch_size, c = probs.size(0), probs.size(1)
        probs = probs.view(batch_size, c, -1)
        feats = feats.view(batch_size, feats.size(1), -1)
        feats = feats.permute(0, 2, 1)  # batch x hw x c
        probs = F.softmax(self.scale * probs, dim=2)  # batch x k x hw
        return torch.matmul(probs, feats).permute(0, 2, 1).unsqueeze(3)


class ObjectAttention(nn.Module):
    def __init__(self, in_channels, key_channels):
        super().__init__()
        self.key_channels = key_channels
        self.f_pixel = nn.Conv2d(in_channels, key_channels, 1, bias=False)
        self.f_object = nn.Conv2d(in_channels, key_channels, 1, bias=False)
        self.f_down = nn.Conv2d(in_channels, key_channels, 1, bias=False)
        self.f_up = nn.Conv2d(key_channels, in_channels, 1, bias=False)

    def forward(self, x, proxy):
        batch_size, h, w = x.size(0), x.size(2), x.size(3)
        query = self.f_pixel(x).view(batch_size, self.key_channels, -1).permute(0, 2, 1)
        key = self.f_object(proxy).view(batch_size, self.key_channels, -1)
        value = self.f_down(proxy).view(batch_size, self.key_channels, -1).permute(0, 2, 1)
        sim_map = F.softmax(self.key_channels ** -0.5 * torch.matmul(query, key), dim=-1)
        context = torch.matmul(sim_map, value).permute(0, 2, 1).contiguous()
        return self.f_up(context.view(batch_size, self.key_channels, h, w))


class OCRNet(nn.Module):
    def __init__(self, num_classes=5, width=12):
        super().__init__()
        self.backbone = nn.Sequential(
            nn.Conv2d(3, width, 3, 2, 1), nn.BatchNorm2d(width), nn.ReLU(), nn.Conv2d(width, width, 3, padding=1), nn.ReLU())
        self.aux_head = nn.Conv2d(width, num_classes, 1)
        self.ocr_gather_head = SpatialGather_Module(num_classes)
        self.ocr_distri_head = ObjectAttention(width, 8)
        self.cls_head = nn.Conv2d(2 * width, num_classes, 1)

    def forward(self, x):
        feats = self.backbone(x)
        out_aux = self.aux_head(feats)
        context = self.ocr_gather_head(feats, out_aux)
        out = self.cls_head(torch.cat([self.ocr_distri_head(feats, context), feats], dim=1))
        size = x.shape[2:]
        return [F.interpolate(o, size=size, mode="bilinear", align_corners=True) for o in (out_aux, out)]


if __name__ == "__main__":
    torch.manual_seed(0)
    aux, out = OCRNet()(torch.randn(2, 3, 24, 32))
    print(aux.shape, out.shape)
