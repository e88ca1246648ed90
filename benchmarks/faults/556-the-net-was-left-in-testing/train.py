"""Train on stuff, and look now and then how much is right."""
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader

from cocostuff import Blocks
from msc import MSC, DeepLabV2

N_CLASSES, BATCH_SIZE, ITER_MAX, ITER_EVAL, IGNORE = 12, 2, 6, 3, 255


def resize_labels(labels, size):
    """Labels (B, H, W) at another size, none of them mixed."""
    return F.interpolate(labels[:, None].float(), size=size, mode="nearest")[:, 0].long()


def evaluate(model, loader):
    model.eval()
    right = seen = 0
    with torch.no_grad():
        for images, labels in loader:
            logits = F.interpolate(model(images), size=labels.shape[1:], mode="bilinear", align_corners=False)
            known = labels != IGNORE
            right += (logits.argmax(1) == labels)[known].sum().item()
            seen += known.sum().item()
    return right / seen


def iteration_loss(model, criterion, images, labels):
    loss = 0.0
    for logit in model(images):
        labels_ = resize_labels(labels, logit.shape[-2:])
        loss = loss + criterion(logit, labels_)
    return loss


def train():
    model = MSC(DeepLabV2(N_CLASSES))
    criterion = nn.CrossEntropyLoss(ignore_index=IGNORE)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    loader = DataLoader(Blocks(N_CLASSES), BATCH_SIZE, shuffle=True)
    val_loader = DataLoader(Blocks(N_CLASSES, 4, seed=1), BATCH_SIZE)
    batches = iter(loader)
    model.train()
    model.base.freeze_bn()
    history = []
    for iteration in range(1, ITER_MAX + 1):
        try:
            images, labels = next(batches)
        except StopIteration:
            batches = iter(loader)
            images, labels = next(batches)
        optimizer.zero_grad()
        loss = iteration_loss(model, criterion, images, labels)
        loss.backward()
        optimizer.step()
        history.append(loss.item())
        print(f"iteration {iteration}: loss {loss.item():.4f}")
        if iteration % ITER_EVAL == 0:
            print(f"right {evaluate(model, val_loader):.3f}")
    return model, history


if __name__ == "__main__":
    torch.manual_seed(0)
    model, history = train()
