import torch
import torch.nn as nn


class CRNN(nn.Module):
    """text line recogniser: the columns of the feature map are the time steps"""

    def __init__(self, num_classes, width=16, hidden=24):
        super(CRNN, self).__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, width, 3, stride=2, padding=1), nn.BatchNorm2d(width), nn.ReLU(inplace=True),
            nn.Conv2d(width, 2 * width, 3, stride=(2, 1), padding=1), nn.BatchNorm2d(2 * width), nn.ReLU(inplace=True))
        self.avgpool = nn.AdaptiveAvgPool2d((1, None))
        self.rnn = nn.GRU(2 * width, hidden, bidirectional=True)
        self.classifier = nn.Linear(2 * hidden, num_classes)

    def forward(self, x):
        # features -> pool -> flatten -> decoder -> log softmax
        out = self.features(x)                                # (B, C, H, W)
        out = self.avgpool(out)                               # (B, C, 1, W)
        out = out.permute(3, 0, 1, 2).view(out.size(3), out.size(0), -1)
        out, _ = self.rnn(out)
        out = self.classifier(out)                            # (W, B, classes)
        return out.log_softmax(2)
