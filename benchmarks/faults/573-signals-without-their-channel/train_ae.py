"""First the signals are learned, then their faults."""
import torch
from torch import nn
from torch.utils.data import DataLoader

from datasets.CWRU import CWRU
from models.ae1d import classifier, decoder, encoder

BATCH_SIZE, STEPS_AE, STEPS_CLASS = 4, 15, 8


class train_utils_ae:
    def setup(self):
        self.loaders = {
            "train": DataLoader(CWRU(48, 0), BATCH_SIZE, shuffle=True, drop_last=True),
            "val": DataLoader(CWRU(16, 1), BATCH_SIZE),
        }
        self.encoder = encoder(CWRU.inputchannel, CWRU.signal_size)
        self.decoder = decoder(CWRU.signal_size)
        self.classifier = classifier(CWRU.num_classes)
        self.criterion, self.criterion1 = nn.CrossEntropyLoss(), nn.MSELoss()

    def set_training(self, mode):
        for part in (self.encoder, self.decoder, self.classifier):
            part.train(mode)

    def reconstruction_loss(self, inputs):
        outputs = self.decoder(self.encoder(inputs))
        return self.criterion1(outputs, inputs)

    def train(self):
        parameters = [*self.encoder.parameters(), *self.decoder.parameters()]
        optimizer = torch.optim.Adam(parameters, lr=3e-3)
        for step in range(STEPS_AE):
            for phase, loader in self.loaders.items():
                self.set_training(phase == "train")
                total = 0.0
                for inputs, _ in loader:
                    with torch.set_grad_enabled(phase == "train"):
                        loss = self.reconstruction_loss(inputs)
                    if phase == "train":
                        optimizer.zero_grad()
                        loss.backward()
                        optimizer.step()
                    total += loss.item()
                if step == STEPS_AE - 1:
                    print(f"autoencoder, {phase}: {total / len(loader):.4f}")
        optimizer = torch.optim.Adam([*self.encoder.parameters(), *self.classifier.parameters()], lr=3e-3)
        for step in range(STEPS_CLASS):
            self.set_training(True)
            for inputs, labels in self.loaders["train"]:
                loss = self.criterion(self.classifier(self.encoder(inputs)), labels)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        self.set_training(False)
        with torch.no_grad():
            right = sum((self.classifier(self.encoder(x)).argmax(1) == y).sum().item() for x, y in self.loaders["val"])
        print(f"classifier, right: {right} of {len(self.loaders['val'].dataset)}")


if __name__ == "__main__":
    torch.manual_seed(0)
    trainer = train_utils_ae()
    trainer.setup()
    trainer.train()
