"""A picture's features are read by a decoder that writes a caption."""
import torch
from torch import nn


class Decoder(nn.Module):
    def __init__(self, encoder_dim, embed_dim, decoder_dim, vocab_size):
        super().__init__()
        self.vocab_size = vocab_size
        self.embedding = nn.Embedding(vocab_size, embed_dim)
        self.decode_step = nn.LSTMCell(embed_dim + encoder_dim, decoder_dim)
        self.init_h, self.init_c = nn.Linear(encoder_dim, decoder_dim), nn.Linear(encoder_dim, decoder_dim)
        self.full_att = nn.Linear(encoder_dim + decoder_dim, 1)
        self.fc = nn.Linear(decoder_dim, vocab_size)

    def attend(self, encoder_out, h):
        both = torch.cat([encoder_out, h.unsqueeze(1).expand(-1, encoder_out.size(1), -1)], dim=2)
        alpha = self.full_att(both).squeeze(2).softmax(dim=1)
        return (encoder_out * alpha.unsqueeze(2)).sum(dim=1), alpha

    def forward(self, encoder_out, encoded_captions, caption_lengths):
        """Longest captions first, and as many as still go on at each step."""
        caption_lengths, sort_ind = caption_lengths.squeeze(1).sort(dim=0, descending=True)
        encoder_out, encoded_captions = encoder_out[sort_ind], encoded_captions[sort_ind]
        embeddings = self.embedding(encoded_captions)
        mean = encoder_out.mean(dim=1)
        h, c = self.init_h(mean), self.init_c(mean)
        decode_lengths = (caption_lengths - 1).tolist()
        predictions = torch.zeros(len(encoder_out), max(decode_lengths), self.vocab_size)
        alphas = torch.zeros(len(encoder_out), max(decode_lengths), encoder_out.size(1))
        for t in range(max(decode_lengths)):
            n = sum(length > t for length in decode_lengths)
            seen, alpha = self.attend(encoder_out[:n], h[:n])
            h, c = self.decode_step(torch.cat([embeddings[:n, t], seen], dim=1), (h[:n], c[:n]))
            predictions[:n, t], alphas[:n, t] = self.fc(h), alpha
        return predictions, encoded_captions, decode_lengths, alphas, sort_ind
