"""Find moments in videos from a query: clips attend to the words."""
import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence


class TextToVideo(nn.Module):
    def __init__(self, dim=32, nhead=4):
        super().__init__()
        self.nhead = nhead
        self.attn = nn.MultiheadAttention(dim, nhead, batch_first=True)
        self.norm = nn.LayerNorm(dim)

    def forward(self, video, words, video_mask, word_mask):
        """masks: True where there is content"""
        allowed = video_mask.unsqueeze(2) & word_mask.unsqueeze(1)
        allowed[..., 0] = True                      # keeps rows of padded clips finite
        blocked = (~allowed).repeat(self.nhead, 1, 1)
        attended, _ = self.attn(video, words, words, attn_mask=blocked, need_weights=False)
        return self.norm(video + attended)


class MomentScorer(nn.Module):
    def __init__(self, clip_dim=20, word_dim=12, dim=32):
        super().__init__()
        self.clip = nn.Linear(clip_dim, dim)
        self.word = nn.Linear(word_dim, dim)
        self.fuse = TextToVideo(dim)
        self.score = nn.Linear(dim, 1)

    def forward(self, video, words, video_mask, word_mask):
        h = self.fuse(self.clip(video), self.word(words), video_mask, word_mask)
        return self.score(h).squeeze(-1).masked_fill(~video_mask, float("-inf"))


def collate(samples):
    videos, queries = zip(*samples)
    def padded(seqs):
        lengths = torch.tensor([len(s) for s in seqs])
        data = pad_sequence(seqs, batch_first=True)
        return data, torch.arange(data.size(1)) < lengths[:, None]
    video, video_mask = padded(videos)
    words, word_mask = padded(queries)
    return video, words, video_mask, word_mask


def make_samples(seed=0):
    g = torch.Generator().manual_seed(seed)
    return [(torch.randn(v, 20, generator=g), torch.randn(w, 12, generator=g)) for v, w in ((9, 4), (6, 8), (11, 3))]


if __name__ == "__main__":
    torch.manual_seed(0)
    model = MomentScorer().eval()
    with torch.no_grad():
        scores = model(*collate(make_samples()))
    print("best clips", scores.argmax(dim=1).tolist())
