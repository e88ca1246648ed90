"""An LSTM with dropout of its inputs, its outputs and its recurrent weights."""
import torch
from torch import nn
from torch.nn.utils.rnn import PackedSequence


class VariationalDropout(nn.Module):
    """Drops the same features at each step."""

    def __init__(self, dropout, batch_first=False):
        super().__init__()
        self.dropout, self.batch_first = dropout, batch_first

    def forward(self, x):
        if not self.training or self.dropout <= 0:
            return x
        shape = (x.size(0), 1, x.size(2)) if self.batch_first else (1, x.size(1), x.size(2))
        mask = x.new_empty(shape).bernoulli_(1 - self.dropout) / (1 - self.dropout)
        return x * mask


class LSTM(nn.LSTM):
    def __init__(self, *args, dropouti=0.0, dropoutw=0.0, dropouto=0.0, **kwargs):
        super().__init__(*args, **kwargs)
        self.dropoutw = dropoutw
        self.input_drop = VariationalDropout(dropouti, self.batch_first)
        self.output_drop = VariationalDropout(dropouto, self.batch_first)

    def _dropped_weights(self):
        for name, weight in self.named_parameters():
            if "weight_hh" in name:
                yield name, nn.functional.dropout(weight, self.dropoutw, self.training)
            else:
                yield name, weight

    def forward(self, x, hx=None):
        if isinstance(x, PackedSequence):
            raise NotImplementedError("give the padded sequences")
        max_batch_size = x.size(0)
        if hx is None:
            directions = 2 if self.bidirectional else 1
            zeros = x.new_zeros(self.num_layers * directions, max_batch_size, self.hidden_size)
            hx = (zeros, zeros)
        weights = dict(self._dropped_weights())
        x = self.input_drop(x)
        self.check_forward_args(x, hx, None)
        flat = [weights[name] for names in self._all_weights for name in names]
        y, h, c = torch._VF.lstm(x, hx, flat, self.bias, self.num_layers, 0.0, self.training, self.bidirectional,
                                 self.batch_first)
        return self.output_drop(y), (h, c)
