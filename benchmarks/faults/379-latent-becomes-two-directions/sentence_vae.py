"""Draws sentences from a variational autoencoder of text."""
import torch
from torch import nn

PAD, SOS, EOS = 0, 1, 2


class SentenceVAE(nn.Module):
    def __init__(self, vocab=30, embedding=12, hidden=16, latent=6, num_layers=1, bidirectional=False, max_len=8):
        super().__init__()
        self.latent_size, self.hidden_size, self.max_len = latent, hidden, max_len
        self.num_layers, self.bidirectional = num_layers, bidirectional
        self.hidden_factor = (2 if bidirectional else 1) * num_layers
        self.embedding = nn.Embedding(vocab, embedding)
        self.encoder_rnn = nn.GRU(embedding, hidden, num_layers, bidirectional=bidirectional, batch_first=True)
        self.decoder_rnn = nn.GRU(embedding, hidden, num_layers, bidirectional=bidirectional, batch_first=True)
        self.hidden2mean = nn.Linear(hidden * self.hidden_factor, latent)
        self.hidden2logv = nn.Linear(hidden * self.hidden_factor, latent)
        self.latent2hidden = nn.Linear(latent, hidden * self.hidden_factor)
        self.outputs2vocab = nn.Linear(hidden * (2 if bidirectional else 1), vocab)

    def forward(self, sentences):
        batch_size = sentences.size(0)
        embedded = self.embedding(sentences)
        _, hidden = self.encoder_rnn(embedded)
        # layers and directions beside each other, for every sentence
        hidden = hidden.permute(1, 0, 2).reshape(batch_size, self.hidden_size * self.hidden_factor)
        mean, logv = self.hidden2mean(hidden), self.hidden2logv(hidden)
        z = mean + torch.randn_like(mean) * torch.exp(0.5 * logv)
        hidden = self.latent2hidden(z)
        if self.bidirectional or self.num_layers > 1:
            hidden = hidden.view(batch_size, self.hidden_factor, self.hidden_size).transpose(0, 1).contiguous()
        else:
            hidden = hidden.unsqueeze(0)
        outputs, _ = self.decoder_rnn(embedded, hidden)
        return torch.log_softmax(self.outputs2vocab(outputs), dim=-1), mean, logv

    @torch.no_grad()
    def inference(self, z):
        batch_size = z.size(0)
        hidden = self.latent2hidden(z)
        if self.bidirectional or self.num_layers > 1:
            hidden = hidden.view(batch_size, self.hidden_factor, self.hidden_size).transpose(0, 1).contiguous()
        hidden = hidden.unsqueeze(0)
        word = torch.full((batch_size, 1), SOS)
        words = []
        for _ in range(self.max_len):
            output, hidden = self.decoder_rnn(self.embedding(word), hidden)
            word = self.outputs2vocab(output).argmax(-1)
            words.append(word)
        return torch.cat(words, 1)


def loss_fn(logp, target, mean, logv):
    nll = nn.functional.nll_loss(logp[:, :-1].flatten(0, 1), target[:, 1:].flatten(), ignore_index=PAD)
    return nll - 0.5 * torch.mean(1 + logv - mean.pow(2) - logv.exp())


def main():
    torch.manual_seed(0)
    model = SentenceVAE(bidirectional=True)
    optimizer = torch.optim.Adam(model.parameters())
    for _ in range(3):
        text = torch.randint(3, 30, (4, 9))
        text[:, 0] = SOS
        logp, mean, logv = model(text)
        loss = loss_fn(logp, text, mean, logv)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(model.inference(torch.randn(10, model.latent_size)))


if __name__ == "__main__":
    main()
