from torch import nn


class BindingCNN(nn.Module):
    def __init__(self, filters=32, motif=11, hidden=32):
        super().__init__()
        self.conv = nn.Conv1d(4, filters, motif, padding=motif // 2)
        self.act = nn.ReLU()
        self.pool = nn.AdaptiveMaxPool1d(1)
        self.fc = nn.Sequential(nn.Linear(filters, hidden), nn.ReLU(), nn.Dropout(0.2), nn.Linear(hidden, 1))

    def forward(self, x):
        x = self.act(self.conv(x))
        x = self.pool(x).squeeze(-1)
        return self.fc(x).squeeze(-1)
