"""A decoder of words that looks at a picture, and the search for the best words."""
import torch
from torch import nn


class Decoder(nn.Module):
    def __init__(self, words, width):
        super().__init__()
        self.embed = nn.Embedding(words, width)
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.out = nn.Linear(2 * width, words)

    def forward(self, input_ids, encoder_hidden_states):
        """Scores (batch, words) of the next word."""
        text = self.embed(input_ids).cumsum(dim=1)[:, -1:]
        query_layer, key_layer = self.query(text), self.key(encoder_hidden_states)
        attention_scores = torch.matmul(query_layer, key_layer.transpose(-1, -2)) / text.size(-1) ** 0.5
        seen = torch.matmul(attention_scores.softmax(dim=-1), self.value(encoder_hidden_states))
        return self.out(torch.cat([text, seen], dim=-1)[:, 0])


def expand_inputs_for_generation(input_ids, encoder_hidden_states, expand_size):
    """Each row as often as there are beams, one after the other."""
    input_ids = input_ids.repeat_interleave(expand_size, dim=0)
    encoder_hidden_states = encoder_hidden_states.repeat_interleave(expand_size, dim=0)
    return input_ids, encoder_hidden_states


def beam_search(decoder, input_ids, encoder_hidden_states, num_beams, max_length):
    batch = input_ids.size(0)
    input_ids, encoder_hidden_states = expand_inputs_for_generation(input_ids, encoder_hidden_states, num_beams)
    scores = torch.zeros(batch, num_beams)
    scores[:, 1:] = -1e9
    while input_ids.size(1) < max_length:
        log_probs = decoder(input_ids, encoder_hidden_states).log_softmax(dim=-1)
        words = log_probs.size(-1)
        total = (scores.view(-1, 1) + log_probs).view(batch, num_beams * words)
        scores, best = total.topk(num_beams, dim=1)
        rows = (best // words + torch.arange(batch)[:, None] * num_beams).view(-1)
        input_ids = torch.cat([input_ids[rows], (best % words).view(-1, 1)], dim=1)
    return input_ids.view(batch, num_beams, -1)[:, 0]
