"""python train.py trains on CamVid."""
import torch
from torch import nn
from torch.utils.data import DataLoader

from camvid_loader import CamVidDataset
from fcn import FCN

n_class = 20
batch_size, epochs, lr = 2, 2, 1e-3


def iou(pred, target):
    ious = []
    for cls in range(n_class):
        pred_inds, target_inds = pred == cls, target == cls
        union = (pred_inds | target_inds).sum().item()
        ious.append((pred_inds & target_inds).sum().item() / union if union else float("nan"))
    return ious


def val(model, loader):
    model.eval()
    total_ious, accs = [], []
    with torch.no_grad():
        for batch in loader:
            pred = model(batch["X"]).argmax(dim=1)
            for p, t in zip(pred, batch["l"]):
                total_ious.append(iou(p, t))
                accs.append((p == t).float().mean().item())
    mean_ious = torch.tensor(total_ious).nanmean(dim=0)
    return mean_ious, sum(accs) / len(accs)


def train(model, loader, criterion, optimizer):
    model.train()
    for batch in loader:
        optimizer.zero_grad()
        loss = criterion(model(batch["X"]), batch["Y"])
        loss.backward()
        optimizer.step()
    return loss.item()


if __name__ == "__main__":
    torch.manual_seed(0)
    train_loader = DataLoader(CamVidDataset("train"), batch_size, shuffle=True)
    val_loader = DataLoader(CamVidDataset("val"), batch_size)
    fcn_model = FCN(n_class=n_class)
    criterion = nn.BCEWithLogitsLoss()
    optimizer = torch.optim.RMSprop(fcn_model.parameters(), lr=lr)
    for epoch in range(epochs):
        loss = train(fcn_model, train_loader, criterion, optimizer)
        ious, acc = val(fcn_model, val_loader)
        print(f"epoch{epoch}, loss {loss:.4f}, pix_acc {acc:.4f}, meanIoU {ious.nanmean():.4f}")
