import numpy as np
import torch
import torch.nn as nn


class Windows(torch.utils.data.Dataset):
    def __init__(self, path, width=50):
        raw = np.load(path)
        n = raw.shape[0] // width
        self.x = torch.from_numpy(raw[: n * width]).float().view(n, width, -1)

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        return self.x[i]


if __name__ == "__main__":
    data = Windows("recording.npy")
    rnn = nn.GRU(6, 16, batch_first=True)
    for batch in torch.utils.data.DataLoader(data, 8):
        print(rnn(batch)[1].shape)
