"""Train a U-Net on one's own pictures."""
import torch
from torch import nn

from data_loader import get_loader
from network import U_Net


class Solver:
    def __init__(self, train_loader, lr=1e-2, img_ch=3):
        self.train_loader, self.unet = train_loader, U_Net(img_ch, 1)
        self.criterion = nn.BCEWithLogitsLoss()
        self.optimizer = torch.optim.Adam(self.unet.parameters(), lr, (0.5, 0.999))

    def train(self, num_epochs):
        for epoch in range(num_epochs):
            epoch_loss, hit, union = 0.0, 0.0, 0.0
            for images, GT in self.train_loader:
                SR = self.unet(images)
                loss = self.criterion(SR.flatten(1), GT.flatten(1))
                epoch_loss += loss.item()
                self.optimizer.zero_grad()
                loss.backward()
                self.optimizer.step()
                guess = torch.sigmoid(SR.detach()) > 0.5
                hit += (guess & (GT > 0.5)).sum().item()
                union += (guess | (GT > 0.5)).sum().item()
            print(f"Epoch [{epoch + 1}/{num_epochs}] loss {epoch_loss / len(self.train_loader):.4f} JS {hit / union:.4f}")


if __name__ == "__main__":
    torch.manual_seed(0)
    solver = Solver(get_loader(batch_size=4))
    solver.train(3)
