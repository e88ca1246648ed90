import torch.nn as nn


def make_layers(cfg, cin, dilation=1):
    layers = []
    for v in cfg:
        if v == 'M':
            layers.append(nn.MaxPool2d(kernel_size=2, stride=2))
        else:
            layers += [nn.Conv2d(cin, v, 3, padding=dilation, dilation=dilation), nn.ReLU(inplace=True)]
            cin = v
    return nn.Sequential(*layers)


class CSRNetLite(nn.Module):
    """front end with three poolings, dilated back end; the density map has an eighth of the resolution"""

    def __init__(self):
        super(CSRNetLite, self).__init__()
        self.frontend = make_layers([8, 'M', 16, 'M', 16, 'M', 16], 3)
        self.backend = make_layers([16, 8], 16, dilation=2)
        self.output_layer = nn.Conv2d(8, 1, kernel_size=1)

    def forward(self, x):
        return self.output_layer(self.backend(self.frontend(x)))
