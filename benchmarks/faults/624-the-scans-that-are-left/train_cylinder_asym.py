"""Train on scans of a street."""
import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset

from network.cylinder import CylinderAsym

GRID, NUM_CLASS, POINTS = (8, 12, 4), 4, 60
train_batch_size, val_batch_size = 6, 6


class Scans(Dataset):
    def __init__(self, count, seed):
        g = torch.Generator().manual_seed(seed)
        self.points = torch.rand(count, POINTS, 5, generator=g)

    def __len__(self):
        return len(self.points)

    def __getitem__(self, i):
        fea = self.points[i]
        grid = (fea[:, :3] * torch.tensor(GRID)).long()
        point_label = 1 + (grid[:, 2] > 1).long() + (grid[:, 0] > 5).long()
        voxel_label = torch.zeros(GRID, dtype=torch.long)
        voxel_label[grid[:, 0], grid[:, 1], grid[:, 2]] = point_label
        return voxel_label, grid, point_label, fea


def collate(scans):
    voxel_label, grid, point_label, fea = zip(*scans)
    return torch.stack(voxel_label), list(grid), list(point_label), list(fea)


def train(my_model, loader, optimizer):
    my_model.train()
    for train_label_tensor, train_grid, _, train_pt_fea in loader:
        outputs = my_model(train_pt_fea, train_grid, train_batch_size)
        loss = F.cross_entropy(outputs, train_label_tensor, ignore_index=0)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


def validate(my_model, loader):
    """The mean loss, and how often each class of a point was taken for each."""
    my_model.eval()
    hist, losses = torch.zeros(NUM_CLASS, NUM_CLASS, dtype=torch.long), []
    with torch.no_grad():
        for val_label_tensor, val_grid, val_pt_labs, val_pt_fea in loader:
            predict_labels = my_model(val_pt_fea, val_grid, val_batch_size)
            losses.append(F.cross_entropy(predict_labels, val_label_tensor, ignore_index=0).item())
            predict_labels = predict_labels.argmax(dim=1)
            for count, (g, label) in enumerate(zip(val_grid, val_pt_labs)):
                guess = predict_labels[count, g[:, 0], g[:, 1], g[:, 2]]
                hist += torch.bincount(label * NUM_CLASS + guess, minlength=NUM_CLASS ** 2).view(NUM_CLASS, NUM_CLASS)
    return sum(losses) / len(losses), hist


if __name__ == "__main__":
    torch.manual_seed(0)
    train_loader = DataLoader(Scans(24, 1), train_batch_size, shuffle=True, collate_fn=collate)
    val_loader = DataLoader(Scans(14, 2), val_batch_size, collate_fn=collate)
    my_model = CylinderAsym()
    optimizer = torch.optim.Adam(my_model.parameters(), lr=1e-2)
    for epoch in range(2):
        loss = train(my_model, train_loader, optimizer)
        val_loss, hist = validate(my_model, val_loader)
        iou = hist.diag() / (hist.sum(0) + hist.sum(1) - hist.diag()).clamp(min=1)
        print(f"epoch {epoch}: {loss:.3f}, val {val_loss:.3f}, mIoU {iou[1:].mean():.3f}")
