"""From text to speech, in a voice."""
import torch
from torch import nn


class Encoder(nn.Module):
    """(batch, chars) to (batch, chars, encoder_dims + voice)."""

    def __init__(self, embed_dims, num_chars, encoder_dims):
        super().__init__()
        self.embedding = nn.Embedding(num_chars, embed_dims)
        self.conv = nn.Conv1d(embed_dims, encoder_dims, 3, padding=1)

    def forward(self, x, speaker_embedding=None):
        x = self.conv(self.embedding(x).transpose(1, 2)).relu().transpose(1, 2)
        if speaker_embedding is not None:
            x = self.add_speaker_embedding(x, speaker_embedding)
        return x

    def add_speaker_embedding(self, x, speaker_embedding):
        e = speaker_embedding[:, None].expand(-1, x.size(1), -1)
        return torch.cat((x, e), 2)


class Decoder(nn.Module):
    def __init__(self, n_mels, decoder_dims, context_dims):
        super().__init__()
        self.n_mels = n_mels
        self.attn_rnn = nn.GRUCell(n_mels + context_dims, decoder_dims)
        self.query = nn.Linear(decoder_dims, decoder_dims, bias=False)
        self.mel_proj = nn.Linear(decoder_dims + context_dims, n_mels)
        self.stop_proj = nn.Linear(decoder_dims + context_dims, 1)

    def forward(self, encoder_seq, encoder_seq_proj, frame, hidden, context):
        hidden = self.attn_rnn(torch.cat([context, frame], dim=-1), hidden)
        scores = torch.bmm(encoder_seq_proj, self.query(hidden).unsqueeze(2)).squeeze(2).softmax(1)
        context = torch.bmm(scores.unsqueeze(1), encoder_seq).squeeze(1)
        x = torch.cat([hidden, context], dim=1)
        return self.mel_proj(x), self.stop_proj(x)[:, 0], scores, hidden, context


class Tacotron(nn.Module):
    def __init__(self, num_chars, embed_dims, encoder_dims, decoder_dims, n_mels, speaker_embedding_size):
        super().__init__()
        self.decoder_dims = decoder_dims
        project_dims = encoder_dims + speaker_embedding_size
        self.project_dims = project_dims
        self.encoder = Encoder(embed_dims, num_chars, encoder_dims)
        self.encoder_proj = nn.Linear(project_dims, decoder_dims, bias=False)
        self.decoder = Decoder(n_mels, decoder_dims, project_dims)

    def forward(self, x, m, speaker_embedding):
        batch_size, _, steps = m.size()
        hidden = x.new_zeros((batch_size, self.decoder_dims), dtype=torch.float)
        context = x.new_zeros((batch_size, self.project_dims), dtype=torch.float)
        encoder_seq = self.encoder(x, speaker_embedding)
        encoder_seq_proj = self.encoder_proj(encoder_seq)
        frame, mels, stops, attention = torch.zeros_like(m[:, :, 0]), [], [], []
        for t in range(steps):
            mel, stop, scores, hidden, context = self.decoder(encoder_seq, encoder_seq_proj, frame, hidden, context)
            mels.append(mel)
            stops.append(stop)
            attention.append(scores)
            frame = m[:, :, t]
        return torch.stack(mels, dim=2), torch.stack(attention, dim=1), torch.stack(stops, dim=1)
