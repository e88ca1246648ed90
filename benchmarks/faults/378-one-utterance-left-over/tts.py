"""The decoder of a speech synthesizer: mel frames, stop tokens and alignments, with teacher forcing."""
import torch
from torch import nn
import torch.nn.functional as F
from torch.utils.data import DataLoader


class Decoder(nn.Module):
    def __init__(self, n_mels=8, memory_dim=12, hidden=16):
        super().__init__()
        self.n_mels, self.hidden = n_mels, hidden
        self.prenet = nn.Linear(n_mels, hidden)
        self.rnn = nn.LSTMCell(hidden + memory_dim, hidden)
        self.query = nn.Linear(hidden, memory_dim)
        self.projection = nn.Linear(hidden + memory_dim, n_mels)
        self.gate = nn.Linear(hidden + memory_dim, 1)

    def begin(self, memory):
        n = memory.size(0)
        self.h = memory.new_zeros(n, self.hidden)
        self.c = memory.new_zeros(n, self.hidden)
        self.context = memory.new_zeros(n, memory.size(2))

    def decode(self, frame, memory):
        x = torch.cat((F.relu(self.prenet(frame)), self.context), -1)
        self.h, self.c = self.rnn(x, (self.h, self.c))
        energies = torch.bmm(memory, self.query(self.h).unsqueeze(2)).squeeze(2)
        weights = F.softmax(energies, dim=1)
        self.context = torch.bmm(weights.unsqueeze(1), memory).squeeze(1)
        both = torch.cat((self.h, self.context), -1)
        return self.projection(both), self.gate(both), weights

    def parse_outputs(self, mels, gates, alignments):
        """Lists over the steps become (B, n_mels, T), (B, T) and (B, T, letters)."""
        alignments = torch.stack(alignments).transpose(0, 1)
        gates = torch.stack(gates).transpose(0, 1).contiguous()
        mels = torch.stack(mels).transpose(0, 1).transpose(1, 2)
        return mels, gates, alignments

    def forward(self, memory, targets):
        frames = targets.permute(2, 0, 1)
        frames = torch.cat((frames.new_zeros(1, *frames.shape[1:]), frames), 0)
        self.begin(memory)
        mels, gates, alignments = [], [], []
        while len(mels) < frames.size(0) - 1:
            mel, gate, weights = self.decode(frames[len(mels)], memory)
            mels += [mel]
            gates += [gate.squeeze()]
            alignments += [weights]
        return self.parse_outputs(mels, gates, alignments)


class TTS(nn.Module):
    def __init__(self, letters=20, dim=12):
        super().__init__()
        self.embedding = nn.Embedding(letters, dim)
        self.encoder = nn.Conv1d(dim, dim, 3, padding=1)
        self.decoder = Decoder(memory_dim=dim)

    def forward(self, text, mel):
        memory = self.encoder(self.embedding(text).transpose(1, 2)).transpose(1, 2)
        return self.decoder(memory, mel)


def collate(batch):
    """Pads texts and frames; the stop token is one from the last frame on."""
    letters, steps = max(len(t) for t, _ in batch), max(m.size(1) for _, m in batch)
    text = torch.zeros(len(batch), letters, dtype=torch.long)
    mel = torch.zeros(len(batch), batch[0][1].size(0), steps)
    stop = torch.zeros(len(batch), steps)
    for i, (t, m) in enumerate(batch):
        text[i, :len(t)] = t
        mel[i, :, :m.size(1)] = m
        stop[i, m.size(1) - 1:] = 1
    return text, mel, stop


def train(model, data, batch_size=4, lr=1e-3):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for text, mel, stop in DataLoader(data, batch_size=batch_size, collate_fn=collate):
        out, gate, _ = model(text, mel)
        loss = F.mse_loss(out, mel) + F.binary_cross_entropy_with_logits(gate, stop)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


if __name__ == "__main__":
    torch.manual_seed(0)
    data = [(torch.randint(1, 20, (5 + i,)), torch.randn(8, 9 + 2 * i)) for i in range(9)]
    print(train(TTS(), data))
