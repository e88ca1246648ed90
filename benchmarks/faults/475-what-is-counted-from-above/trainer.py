"""Train a counter."""
import torch

from models.CC import CrowdCounter


class Trainer:
    def __init__(self, loader, cfg_data):
        self.cfg_data = cfg_data
        self.num_classes = cfg_data.NUM_CLASSES if cfg_data.NET == "MCC" else 1
        self.net = CrowdCounter(cfg_data.NET)
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=cfg_data.LR)
        self.train_loader = loader

    def forward(self):
        for self.epoch in range(self.cfg_data.MAX_EPOCH):
            self.train()
        return self.count()

    def train(self):
        self.net.train()
        for img, gt_map in self.train_loader:
            self.net(img, gt_map * self.cfg_data.LOG_PARA)
            self.optimizer.zero_grad()
            self.net.loss.backward()
            self.optimizer.step()
        print(f"epoch {self.epoch}: {self.net.loss.item():.4f}")

    @torch.no_grad()
    def count(self):
        """The absolute error of each kind."""
        self.net.eval()
        errors = torch.zeros(self.num_classes)
        for img, gt_map in self.train_loader:
            pred = self.net.test_forward(img) / self.cfg_data.LOG_PARA
            errors += (pred.sum((2, 3)) - gt_map.sum((2, 3))).abs().sum(0)
        return errors
