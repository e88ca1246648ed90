"""Digits are read row by row, as if each was a text of fourteen words."""
import torch
import torch.nn as nn

input_size = 14
sequence_length = 14
hidden_size = 24
num_layers = 1
num_classes = 10
batch_size = 4


class RNN(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes):
        super(RNN, self).__init__()
        self.num_layers = num_layers
        self.hidden_size = hidden_size
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        # x: n, rows, columns
        h0 = torch.zeros(self.num_layers, x.size(1), self.hidden_size)
        out, _ = self.gru(x, h0)
        out = out[:, -1, :]
        return self.fc(out)


def make_digits(count):
    labels = torch.randint(0, num_classes, (count,))
    images = torch.rand(count, 1, 14, 14) * 0.3
    for image, label in zip(images, labels):
        image[0, label, 2:12] = 1.0
    return images, labels


if __name__ == "__main__":
    torch.manual_seed(0)
    model = RNN(input_size, hidden_size, num_layers, num_classes)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    images, labels = make_digits(24)
    for start in range(0, len(images), batch_size):
        rows = images[start:start + batch_size].reshape(-1, sequence_length, input_size)
        outputs = model(rows)
        loss = criterion(outputs, labels[start:start + batch_size])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(f"step {start // batch_size}, loss {loss.item():.4f}")
