import torch
import torch.nn as nn
import torch.nn.functional as F


class CrossEntropy2d(nn.Module):
    """pixels with the ignore label are taken out before the loss, hence the flat tensors"""

    def __init__(self, ignore_label=255):
        super(CrossEntropy2d, self).__init__()
        self.ignore_label = ignore_label

    def forward(self, predict, target, weight=None):
        """
        predict: (n, c, h, w)
        target:  (n, h, w)
        """
        assert not target.requires_grad
        assert predict.dim() == 4
        assert target.dim() == 3
        n, c, h, w = predict.size()
        mask = (target >= 0) * (target != self.ignore_label)
        target = target[mask]
        if not target.data.dim():
            return torch.zeros(1)
        predict = predict.transpose(1, 2).transpose(2, 3).contiguous()
        predict = predict[mask.view(n, h, w, 1).repeat(1, 1, 1, c)].view(-1, c)
        return F.cross_entropy(predict, target, weight=weight)


def main():
    torch.manual_seed(2)
    net = nn.Sequential(nn.Conv2d(3, 12, 3, padding=1), nn.ReLU(), nn.Conv2d(12, 5, 1))
    interp = nn.Upsample(size=(24, 40), mode='bilinear', align_corners=True)
    seg_loss = CrossEntropy2d()
    optimizer = torch.optim.SGD(net.parameters(), lr=2.5e-2, momentum=0.9)
    for i_iter in range(6):
        images = torch.randn(2, 3, 12, 20)
        labels = torch.randint(0, 5, (2, 24, 40))
        labels[:, :3] = 255
        pred = interp(net(images))
        loss = seg_loss(pred, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print('iter', i_iter, 'loss', loss.item())


if __name__ == '__main__':
    main()
