"""Who is it? The features of one query picture are compared with those of a gallery."""
import torch
import torch.nn as nn
import torch.nn.functional as F

SIZE_TEST = (32, 16)
MEAN, STD = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])


class Baseline(nn.Module):
    def __init__(self, num_classes, width=12):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.layer1 = nn.Sequential(nn.Conv2d(width, 2 * width, 3, stride=2, padding=1, bias=False),
                                    nn.BatchNorm2d(2 * width), nn.ReLU())
        self.gap = nn.AdaptiveAvgPool2d(1)
        self.bottleneck = nn.BatchNorm1d(2 * width)
        self.classifier = nn.Linear(2 * width, num_classes, bias=False)

    def forward(self, x):
        x = self.layer1(F.relu(self.bn1(self.conv1(x))))
        global_feat = self.gap(x).flatten(1)
        feat = self.bottleneck(global_feat)
        if self.training:
            return self.classifier(feat), global_feat
        return feat


def transform(image):
    """A picture (height, width, 3) of bytes as a tensor of the size that is tested."""
    image = image.permute(2, 0, 1).float() / 255
    image = F.interpolate(image[None], SIZE_TEST, mode="bilinear", align_corners=False)[0]
    return (image - MEAN[:, None, None]) / STD[:, None, None]


@torch.no_grad()
def features_of(model, images):
    """Features of a list of pictures, each of length 1."""
    batch = torch.stack([transform(image) for image in images])
    return F.normalize(model(batch), dim=1)


@torch.no_grad()
def search(model, query, gallery):
    """Order of the gallery, the one most like the query first."""
    data = transform(query)
    feat = F.normalize(model(data), dim=1)
    distances = torch.cdist(feat, gallery)
    return distances.argsort(dim=1)[0]


if __name__ == "__main__":
    torch.manual_seed(0)
    model = Baseline(num_classes=20).eval()
    people = [torch.randint(0, 256, (40 + 3 * i, 20, 3), dtype=torch.uint8) for i in range(6)]
    gallery = features_of(model, people)
    ranking = search(model, people[4], gallery)
    print("most like the query:", ranking.tolist())
