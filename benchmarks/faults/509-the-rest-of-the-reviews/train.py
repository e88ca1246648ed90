"""Good or bad? Reviews of films are read by a network with a memory."""
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

BATCH_SIZE, LENGTH, WORDS = 16, 12, 80


class SentimentNet(nn.Module):
    def __init__(self, num_words, emb_dim, hidden_size, num_layers, batch_size):
        super().__init__()
        self.num_layers, self.hidden_size, self.batch_size = num_layers, hidden_size, batch_size
        self.emb = nn.Embedding(num_words, emb_dim, padding_idx=0)
        self.lstm = nn.LSTM(emb_dim, hidden_size, num_layers, batch_first=True)
        self.linear = nn.Linear(hidden_size, 2)

    def init_hidden(self):
        shape = (self.num_layers, self.batch_size, self.hidden_size)
        return torch.zeros(shape), torch.zeros(shape)

    def forward(self, text):
        hidden = self.init_hidden()
        output, _ = self.lstm(self.emb(text), hidden)
        return self.linear(output[:, -1])


def reviews(count):
    text = torch.randint(1, WORDS, (count, LENGTH))
    return TensorDataset(text, (text.float().mean(dim=1) > WORDS / 2).long())


def run_epoch(net, loader, optimizer=None):
    criterion, total, correct = nn.CrossEntropyLoss(), 0, 0
    for text, labels in loader:
        outputs = net(text)
        if optimizer is not None:
            optimizer.zero_grad()
            criterion(outputs, labels).backward()
            optimizer.step()
        total += len(labels)
        correct += (outputs.argmax(dim=1) == labels).sum().item()
    return total, correct / total


if __name__ == "__main__":
    torch.manual_seed(0)
    net = SentimentNet(WORDS, 10, 14, 2, BATCH_SIZE)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
    train_loader = DataLoader(reviews(56), BATCH_SIZE, shuffle=True)
    test_loader = DataLoader(reviews(32), BATCH_SIZE)
    for epoch in range(2):
        seen, accuracy = run_epoch(net, train_loader, optimizer)
        print(f"epoch {epoch}: {seen} reviews, accuracy {accuracy:.2f}")
    with torch.no_grad():
        tested, accuracy = run_epoch(net, test_loader)
    print(f"test: {accuracy:.2f}")
