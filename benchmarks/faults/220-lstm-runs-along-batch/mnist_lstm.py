import torch
from torch import nn, optim
from torch.autograd import Variable

# every picture is read row by row: 28 steps of 28 pixels
batch_size = 50
learning_rate = 1e-2
num_epoches = 1


class Rnn(nn.Module):
    def __init__(self, in_dim, hidden_dim, n_layer, n_class):
        super(Rnn, self).__init__()
        self.n_layer = n_layer
        self.hidden_dim = hidden_dim
        self.lstm = nn.LSTM(in_dim, hidden_dim, n_layer)
        self.classifier = nn.Linear(hidden_dim, n_class)

    def forward(self, x):
        # x: batch, 28, 28
        out, _ = self.lstm(x)
        out = out[:, -1, :]
        out = self.classifier(out)
        return out


def digits(n):
    """bright bar whose row depends on the class"""
    label = torch.arange(n) % 10
    img = torch.rand(n, 1, 28, 28) * 0.2
    for i in range(n):
        r = int(label[i]) * 2 + 3
        img[i, 0, r:r + 2, 4:24] += 0.8
    order = torch.randperm(n)
    return img[order], label[order]


def main():
    torch.manual_seed(1)
    model = Rnn(28, 32, 2, 10)
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.Adam(model.parameters(), lr=learning_rate)
    img_all, label_all = digits(300)
    for epoch in range(num_epoches):
        running_loss, running_acc = 0.0, 0.0
        for i in range(0, 300, batch_size):
            img, label = img_all[i:i + batch_size], label_all[i:i + batch_size]
            img = Variable(img.squeeze(1))
            label = Variable(label)
            out = model(img)
            loss = criterion(out, label)
            running_loss += loss.item() * label.size(0)
            running_acc += (out.max(1)[1] == label).sum().item()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print('epoch {} loss {:.4f} acc {:.4f}'.format(epoch + 1, running_loss / 300, running_acc / 300))


if __name__ == '__main__':
    main()
