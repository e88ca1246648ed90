"""Translate with an encoder that reads both ways and a decoder that attends; trained in batches, tried one by one."""
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

PAD, SOS, EOS = 0, 1, 2


class EncoderRNN(nn.Module):
    def __init__(self, input_size, hidden_size, n_layers=1):
        super().__init__()
        self.hidden_size = hidden_size
        self.embedding = nn.Embedding(input_size, hidden_size)
        self.gru = nn.GRU(hidden_size, hidden_size, n_layers, bidirectional=True)

    def forward(self, input_seqs, input_lengths, hidden=None):
        packed = pack_padded_sequence(self.embedding(input_seqs), input_lengths, enforce_sorted=False)
        outputs, hidden = self.gru(packed, hidden)
        outputs, _ = pad_packed_sequence(outputs)
        return outputs[:, :, :self.hidden_size] + outputs[:, :, self.hidden_size:], hidden


class LuongAttnDecoderRNN(nn.Module):
    def __init__(self, hidden_size, output_size, n_layers=1):
        super().__init__()
        self.n_layers = n_layers
        self.embedding = nn.Embedding(output_size, hidden_size)
        self.gru = nn.GRU(hidden_size, hidden_size, n_layers)
        self.attn = nn.Linear(hidden_size, hidden_size)
        self.concat = nn.Linear(hidden_size * 2, hidden_size)
        self.out = nn.Linear(hidden_size, output_size)

    def forward(self, input_seq, last_hidden, encoder_outputs):
        """One word of each sentence (batch,)."""
        embedded = self.embedding(input_seq).unsqueeze(0)
        rnn_output, hidden = self.gru(embedded, last_hidden)
        energies = torch.einsum("bh,sbh->bs", rnn_output[0], self.attn(encoder_outputs))
        weights = energies.softmax(dim=1)
        context = torch.einsum("bs,sbh->bh", weights, encoder_outputs)
        output = self.out(torch.tanh(self.concat(torch.cat([rnn_output[0], context], dim=1))))
        return output, hidden, weights


def train_batch(encoder, decoder, optimizer, pairs):
    sources, targets = ([torch.tensor(pair[i]) for pair in pairs] for i in (0, 1))
    lengths = [len(source) for source in sources]
    source, target = pad_sequence(sources), pad_sequence(targets)
    encoder_outputs, encoder_hidden = encoder(source, lengths)
    decoder_input = torch.full((len(pairs),), SOS)
    decoder_hidden = encoder_hidden[:decoder.n_layers]
    loss = 0.0
    for step in target:
        output, decoder_hidden, _ = decoder(decoder_input, decoder_hidden, encoder_outputs)
        loss = loss + nn.functional.cross_entropy(output, step, ignore_index=PAD)
        decoder_input = step
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item() / len(target)


@torch.no_grad()
def evaluate(encoder, decoder, sentence, max_length=8):
    encoder_outputs, encoder_hidden = encoder(torch.tensor(sentence).unsqueeze(1), [len(sentence)])
    decoder_input = torch.tensor([SOS])
    decoder_hidden = encoder_hidden
    words, attention = [], []
    for _ in range(max_length):
        output, decoder_hidden, weights = decoder(decoder_input, decoder_hidden, encoder_outputs)
        decoder_input = output.argmax(dim=1)
        attention.append(weights[0])
        words.append(decoder_input.item())
        if words[-1] == EOS:
            break
    return words, torch.stack(attention)


if __name__ == "__main__":
    torch.manual_seed(0)
    encoder, decoder = EncoderRNN(20, 16, n_layers=2), LuongAttnDecoderRNN(16, 20, n_layers=2)
    optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=1e-2)
    pairs = [([5, 6, 7, EOS], [7, 6, 5, EOS]), ([8, 9, EOS], [9, 8, EOS]), ([10, EOS], [10, EOS])]
    for step in range(5):
        print(f"step {step}: {train_batch(encoder, decoder, optimizer, pairs):.3f}")
    print(evaluate(encoder, decoder, [5, 6, 7, EOS])[0])
