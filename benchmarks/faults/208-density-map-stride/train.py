import torch
import torch.nn as nn
from torch.utils.data import DataLoader

from dataset import CrowdDataset
from model import CSRNetLite


def main():
    torch.manual_seed(0)
    loader = DataLoader(CrowdDataset(n=4), batch_size=1, shuffle=True)
    model = CSRNetLite()
    # the sum of a density map is the head count, so the loss is summed as well
    criterion = nn.MSELoss(reduction='sum')
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-6, momentum=0.95)
    for epoch in range(2):
        mae = 0.0
        for img, target in loader:
            output = model(img)
            target = target.float().unsqueeze(0)
            loss = criterion(output, target)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            mae += abs(output.sum().item() - target.sum().item())
        print('epoch', epoch, 'loss', loss.item(), 'mae', mae / len(loader))


if __name__ == '__main__':
    main()
