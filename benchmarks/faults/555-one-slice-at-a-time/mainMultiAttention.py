"""Learn to find the organs in a slice."""
import torch
from torch import nn
from torch.utils.data import DataLoader

from medicalDataLoader import NUM_CLASSES, MedicalImageDataset
from my_stacked_danet import DAF_stack

BATCH_SIZE, BATCH_SIZE_VAL, EPOCHS, LR = 1, 2, 2, 1e-2
CE_loss = nn.CrossEntropyLoss()


def getTargetSegmentation(batch):
    """The grey of a drawing (B, 1, H, W) is 63 times the number of its organ."""
    return (batch * 255.0 / 63).round().long().squeeze()


def segmentation_loss(net, images, labels):
    outputs0, outputs1 = net(images)
    Segmentation_class = getTargetSegmentation(labels)
    return CE_loss(outputs0, Segmentation_class) + CE_loss(outputs1, Segmentation_class)


def inference(net, loader):
    """How much of the pixels is right."""
    net.eval()
    right = seen = 0
    with torch.no_grad():
        for images, labels in loader:
            prediction = sum(net(images)).argmax(dim=1)
            right += (prediction == getTargetSegmentation(labels)).sum().item()
            seen += prediction.numel()
    return right / seen


def runTraining():
    net = DAF_stack(NUM_CLASSES)
    optimizer = torch.optim.Adam(net.parameters(), lr=LR)
    train_loader = DataLoader(MedicalImageDataset("train"), BATCH_SIZE, shuffle=True)
    val_loader = DataLoader(MedicalImageDataset("val"), BATCH_SIZE_VAL)
    for epoch in range(EPOCHS):
        net.train()
        total = 0.0
        for images, labels in train_loader:
            loss = segmentation_loss(net, images, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        print(f"epoch {epoch}: loss {total / len(train_loader):.4f}, right {inference(net, val_loader):.3f}")
    return net


if __name__ == "__main__":
    torch.manual_seed(0)
    net = runTraining()
