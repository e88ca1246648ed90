"""Recognise what a person does from joints."""
import torch
import torch.nn.functional as F
import yaml
from torch.utils.data import DataLoader, Dataset

from model.agcn import Model


class Feeder(Dataset):
    """Sequences of skeletons: (channels, frames, joints, persons)."""

    def __init__(self, count, window_size, num_point, num_person, num_class, seed=0):
        g = torch.Generator().manual_seed(seed)
        self.label = torch.randint(0, num_class, (count,), generator=g)
        self.data = torch.randn(count, 3, window_size, num_point, num_person, generator=g)
        self.data[:, 0] += self.label.view(-1, 1, 1, 1) * 0.3

    def __len__(self):
        return len(self.label)

    def __getitem__(self, i):
        return self.data[i], self.label[i]


class Processor:
    def __init__(self, arg):
        self.arg = arg
        self.load_data()
        self.load_model()

    def load_data(self):
        feeder = Feeder(num_class=self.arg["model_args"]["num_class"], **self.arg["train_feeder_args"])
        self.loader = DataLoader(feeder, self.arg["batch_size"], shuffle=True)

    def load_model(self):
        args = self.arg["model_args"]
        self.model = Model(num_class=args["num_class"], num_point=args["num_point"])
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=self.arg["base_lr"], momentum=0.9)

    def train(self, epoch):
        self.model.train()
        hits, total = 0, 0.0
        for data, label in self.loader:
            output = self.model(data)
            loss = F.cross_entropy(output, label)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            hits, total = hits + (output.argmax(1) == label).sum().item(), total + loss.item()
        print(f"epoch {epoch}: loss {total / len(self.loader):.4f}, top1 {hits / len(self.loader.dataset):.3f}")

    def start(self):
        for epoch in range(self.arg["num_epoch"]):
            self.train(epoch)


if __name__ == "__main__":
    torch.manual_seed(0)
    with open("config/train_joint.yaml") as file:
        processor = Processor(yaml.safe_load(file))
    processor.start()
