import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(7)

VOCAB, SEQ = 200, 20
batch_size = 64

reviews = torch.randint(1, VOCAB, (260, SEQ))
labels = (reviews.float().mean(1) > VOCAB / 2).float()
train_loader = DataLoader(TensorDataset(reviews[:200], labels[:200]), shuffle=True, batch_size=batch_size)
valid_loader = DataLoader(TensorDataset(reviews[200:], labels[200:]), batch_size=batch_size)


class SentimentRNN(nn.Module):
    def __init__(self, vocab_size, embedding_dim=32, hidden_dim=16, n_layers=2, drop_prob=0.3):
        super().__init__()
        self.n_layers = n_layers
        self.hidden_dim = hidden_dim
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.lstm = nn.LSTM(embedding_dim, hidden_dim, n_layers, dropout=drop_prob, batch_first=True)
        self.fc = nn.Linear(hidden_dim, 1)

    def forward(self, x, hidden):
        out, hidden = self.lstm(self.embedding(x), hidden)
        return torch.sigmoid(self.fc(out[:, -1])).squeeze(1), hidden

    def init_hidden(self, batch_size):
        w = next(self.parameters()).data
        return (w.new_zeros(self.n_layers, batch_size, self.hidden_dim),
                w.new_zeros(self.n_layers, batch_size, self.hidden_dim))


net = SentimentRNN(VOCAB)
criterion = nn.BCELoss()
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)

for epoch in range(2):
    net.train()
    for inputs, target in train_loader:
        h = net.init_hidden(batch_size)
        net.zero_grad()
        output, h = net(inputs, h)
        loss = criterion(output, target)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 5)
        optimizer.step()

    net.eval()
    right = 0
    with torch.no_grad():
        for inputs, target in valid_loader:
            output, _ = net(inputs, net.init_hidden(inputs.size(0)))
            right += (output.round() == target).sum().item()
    print(f"epoch {epoch}: loss {loss.item():.3f}, valid {right}/{len(labels) - 200}")
