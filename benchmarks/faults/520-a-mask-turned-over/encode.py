"""Sentences of different lengths are read at once; what fills them up is not looked at."""
import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence

PAD = 0


class SentenceEncoder(nn.Module):
    def __init__(self, words, d_model=12, nhead=2, layers=2):
        super().__init__()
        self.embed = nn.Embedding(words, d_model, padding_idx=PAD)
        layer = nn.TransformerEncoderLayer(d_model, nhead, dim_feedforward=24, dropout=0.0)
        self.encoder = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)

    def forward(self, tokens):
        """Tokens (length, sentences); a vector of each sentence."""
        mask = tokens == PAD
        out = self.encoder(self.embed(tokens), src_key_padding_mask=mask)
        keep = (~mask).unsqueeze(-1)
        return (out * keep).sum(dim=0) / keep.sum(dim=0)


def batch_of(sentences):
    return pad_sequence([torch.tensor(sentence) for sentence in sentences], padding_value=PAD)


if __name__ == "__main__":
    torch.manual_seed(0)
    model = SentenceEncoder(words=30)
    sentences = [[4, 7, 9, 2, 11], [5, 1], [8, 3, 3, 17]]
    vectors = model(batch_of(sentences))
    similarity = nn.functional.cosine_similarity(vectors[:, None], vectors[None], dim=-1)
    print(similarity.detach().round(decimals=2).tolist())
