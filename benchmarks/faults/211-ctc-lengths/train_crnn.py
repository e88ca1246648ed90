# CRNN 文本行识别，随机数据
import torch
import torch.nn as nn

ALPHABET = "0123456789ABCDEF"
torch.manual_seed(0)


class CRNN(nn.Module):
    def __init__(self, n_class, nh=24):
        super(CRNN, self).__init__()
        self.cnn = nn.Sequential(
            nn.Conv2d(1, 8, 3, 1, 1), nn.ReLU(True), nn.MaxPool2d(2, 2),
            nn.Conv2d(8, 16, 3, 1, 1), nn.ReLU(True), nn.MaxPool2d((2, 2), (2, 1), (0, 1)),
            nn.Conv2d(16, 24, (8, 2), 1, 0), nn.ReLU(True))
        self.rnn = nn.LSTM(24, nh, bidirectional=True)
        self.embedding = nn.Linear(2 * nh, n_class)

    def forward(self, x):
        conv = self.cnn(x)
        b, c, h, w = conv.size()
        assert h == 1, "the height of conv must be 1"
        conv = conv.squeeze(2).permute(2, 0, 1)          # [w, b, c]
        recurrent, _ = self.rnn(conv)
        return self.embedding(recurrent)                 # [w, b, n_class]


class LabelConverter(object):
    def __init__(self, alphabet):
        self.dict = {ch: i + 1 for i, ch in enumerate(alphabet)}      # 0 is the blank

    def encode(self, texts):
        length = [len(t) for t in texts]
        flat = [self.dict[ch] for t in texts for ch in t]
        return torch.IntTensor(flat), torch.IntTensor(length)


def batches(n=3, size=6):
    for k in range(n):
        texts = ["%X" % (4096 + 977 * (k * size + i)) for i in range(size)]
        yield torch.randn(size, 1, 32, 64), texts


def main():
    model = CRNN(len(ALPHABET) + 1)
    converter = LabelConverter(ALPHABET)
    criterion = nn.CTCLoss(zero_infinity=True)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for i, (inp, texts) in enumerate(batches()):
        preds = model(inp).log_softmax(2)
        text, length = converter.encode(texts)
        batch_size = preds.size(0)
        preds_size = torch.IntTensor([preds.size(0)] * batch_size)
        loss = criterion(preds, text, preds_size, length)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print("iter", i, "loss", loss.item())


if __name__ == "__main__":
    main()
