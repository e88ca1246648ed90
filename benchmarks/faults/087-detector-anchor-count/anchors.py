import torch


class AnchorGenerator:
    def __init__(self, strides=(8, 16), ratios=(0.5, 1.0, 2.0), scales=(1.0, 1.26, 1.59)):
        self.strides, self.ratios, self.scales = strides, ratios, scales

    @property
    def num_anchors(self):
        return len(self.ratios) * len(self.scales)

    def __call__(self, sizes):
        out = []
        for (h, w), s in zip(sizes, self.strides):
            base = []
            for r in self.ratios:
                for sc in self.scales:
                    ah, aw = 4 * s * sc * r ** 0.5, 4 * s * sc / r ** 0.5
                    base.append([-aw / 2, -ah / 2, aw / 2, ah / 2])
            ys, xs = torch.meshgrid(torch.arange(h), torch.arange(w), indexing="ij")
            ctr = torch.stack([xs, ys, xs, ys], -1).float().add(0.5).mul(s)
            out.append((ctr.unsqueeze(2) + torch.tensor(base)).reshape(-1, 4))   # (h*w*A, 4)
        return torch.cat(out)
