"""What is a text about? A recurrence of several layers reads it, in one direction or in both."""
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence


class RnnTextClassifier(nn.Module):
    def __init__(self, rnn_type, vocab_size, embed_dim, rnn_hidden_dim, num_layers, bidirectional, label_size):
        super().__init__()
        self.rnn_type, self.num_layers, self.rnn_hidden_dim = rnn_type, num_layers, rnn_hidden_dim
        self.directions_count = 2 if bidirectional else 1
        self.word_embeddings = nn.Embedding(vocab_size, embed_dim, padding_idx=0)
        kind = {"gru": nn.GRU, "lstm": nn.LSTM}[rnn_type]
        self.rnn = kind(embed_dim, rnn_hidden_dim, num_layers=num_layers, bidirectional=bidirectional,
                        batch_first=True)
        self.out = nn.Linear(rnn_hidden_dim * self.directions_count, label_size)

    def init_hidden(self, batch_size):
        zeros = torch.zeros(self.num_layers * self.directions_count, batch_size, self.rnn_hidden_dim)
        return zeros if self.rnn_type == "gru" else (zeros, zeros.clone())

    def encode(self, inputs, lengths):
        """Texts (batch, words) of some lengths to vectors (batch, directions * hidden)."""
        X_sorted, order = inputs[lengths.argsort(descending=True)], lengths.argsort(descending=True)
        X = pack_padded_sequence(self.word_embeddings(X_sorted), lengths[order], batch_first=True)
        _, self.hidden = self.rnn(X, self.init_hidden(len(X_sorted)))
        hidden = self.hidden if self.rnn_type == "gru" else self.hidden[0]
        final_state = hidden.view(self.num_layers, self.directions_count, X_sorted.shape[0], self.rnn_hidden_dim)[-1]
        if self.directions_count == 1:
            X = final_state.squeeze(0)
        else:
            h_1, h_2 = final_state[0], final_state[1]
            X = torch.cat((h_1, h_2), 1)
        return X[order.argsort()]

    def forward(self, inputs, lengths):
        return self.out(self.encode(inputs, lengths))


def batch_of(texts):
    lengths = torch.tensor([len(text) for text in texts])
    return nn.utils.rnn.pad_sequence(texts, batch_first=True), lengths


if __name__ == "__main__":
    torch.manual_seed(0)
    texts, labels = [torch.randint(1, 40, (n,)) for n in (4, 9, 1, 6)], torch.tensor([0, 2, 1, 0])
    for rnn_type in ("gru", "lstm"):
        for bidirectional in (False, True):
            model = RnnTextClassifier(rnn_type, 40, 8, 12, 2, bidirectional, 3)
            loss = nn.functional.cross_entropy(model(*batch_of(texts)), labels)
            loss.backward()
            print(f"{rnn_type} {bidirectional}: {loss.item():.3f}")
