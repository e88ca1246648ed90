"""How far the counts are off on our pictures."""
import torch
from torch.utils.data import DataLoader

from load_data import OwnDataset
from network import SDCNet


def evaluate(net, loader):
    net.eval()
    errors = []
    with torch.no_grad():
        for sample in loader:
            counts = net(sample["image"])
            errors.append((counts.sum() - sample["density"].sum()).abs().item())
    return sum(errors) / len(errors), (sum(e * e for e in errors) / len(errors)) ** 0.5


if __name__ == "__main__":
    torch.manual_seed(0)
    net = SDCNet()
    loader = DataLoader(OwnDataset(), batch_size=1)
    mae, mse = evaluate(net, loader)
    print(f"MAE {mae:.3f}, MSE {mse:.3f} on {len(loader)} pictures")
