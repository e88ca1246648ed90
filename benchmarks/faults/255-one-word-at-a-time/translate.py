# Batched attention decoder, trained to copy digit strings backwards.
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.autograd import Variable

SOS, VOCAB, HIDDEN = 0, 12, 16


class Attn(nn.Module):
    def __init__(self, hidden_size):
        super(Attn, self).__init__()
        self.attn = nn.Linear(2 * hidden_size, hidden_size)
        self.v = nn.Linear(hidden_size, 1, bias=False)

    def forward(self, hidden, encoder_outputs):
        # hidden: B x N, encoder_outputs: S x B x N
        seq_len = encoder_outputs.size(0)
        hidden = hidden.unsqueeze(0).expand(seq_len, -1, -1)
        energy = torch.tanh(self.attn(torch.cat((hidden, encoder_outputs), 2)))
        energy = self.v(energy).squeeze(2).t()            # B x S
        return F.softmax(energy, dim=1).unsqueeze(1)      # B x 1 x S


class AttnDecoder(nn.Module):
    def __init__(self, hidden_size, output_size):
        super(AttnDecoder, self).__init__()
        self.embedding = nn.Embedding(output_size, hidden_size)
        self.attn = Attn(hidden_size)
        self.gru = nn.GRU(2 * hidden_size, hidden_size)
        self.out = nn.Linear(hidden_size, output_size)

    def forward(self, word_input, last_hidden, encoder_outputs):
        word_embedded = self.embedding(word_input).view(1, 1, -1)       # 1 x B x N
        attn_weights = self.attn(last_hidden[-1], encoder_outputs)
        context = attn_weights.bmm(encoder_outputs.transpose(0, 1))     # B x 1 x N
        context = context.transpose(0, 1)                               # 1 x B x N
        rnn_input = torch.cat((word_embedded, context), 2)
        output, hidden = self.gru(rnn_input, last_hidden)
        return F.log_softmax(self.out(output.squeeze(0)), dim=1), hidden


class Encoder(nn.Module):
    def __init__(self, input_size, hidden_size):
        super(Encoder, self).__init__()
        self.embedding = nn.Embedding(input_size, hidden_size)
        self.gru = nn.GRU(hidden_size, hidden_size)

    def forward(self, words):
        return self.gru(self.embedding(words))


def train_step(encoder, decoder, optimizer, source, target):
    optimizer.zero_grad()
    encoder_outputs, hidden = encoder(source)
    word = Variable(torch.LongTensor([SOS] * source.size(1)))
    loss = 0
    for t in range(target.size(0)):
        log_probs, hidden = decoder(word, hidden, encoder_outputs)
        loss = loss + F.nll_loss(log_probs, target[t])
        word = target[t]
    loss.backward()
    optimizer.step()
    return loss.item() / target.size(0)


if __name__ == "__main__":
    torch.manual_seed(7)
    encoder, decoder = Encoder(VOCAB, HIDDEN), AttnDecoder(HIDDEN, VOCAB)
    optimizer = torch.optim.Adam(list(encoder.parameters()) + list(decoder.parameters()), lr=0.01)
    for step in range(5):
        source = Variable(torch.LongTensor(6, 4).random_(2, VOCAB))
        target = source.flip(0)
        print(step, train_step(encoder, decoder, optimizer, source, target))
