"""Dense graph attention convolution (library module).

Output is (nodes, heads, out_feats); callers flatten or average the head axis.
"""
import torch
import torch.nn as nn

__all__ = ["Identity", "GATConv"]


class Identity(nn.Module):
    """Placeholder that keeps the call signature of a linear map."""

    def forward(self, x):
        return x


class GATConv(nn.Module):
    def __init__(self, in_feats, out_feats, num_heads, feat_drop=0.0, attn_drop=0.0,
                 negative_slope=0.2, residual=False, activation=None):
        super().__init__()
        self._in_feats = in_feats
        self._out_feats = out_feats
        self._num_heads = num_heads
        self.fc = nn.Linear(in_feats, out_feats * num_heads, bias=False)
        self.attn_l = nn.Parameter(torch.empty(1, num_heads, out_feats))
        self.attn_r = nn.Parameter(torch.empty(1, num_heads, out_feats))
        self.feat_drop = nn.Dropout(feat_drop)
        self.attn_drop = nn.Dropout(attn_drop)
        self.leaky_relu = nn.LeakyReLU(negative_slope)
        if residual:
            if self._in_feats != out_feats:
                self.res_fc = nn.Linear(self._in_feats, num_heads * out_feats, bias=False)
            else:
                self.res_fc = Identity()
        else:
            self.register_buffer("res_fc", None)
        self.activation = activation
        self.reset_parameters()

    def reset_parameters(self):
        gain = nn.init.calculate_gain("relu")
        nn.init.xavier_normal_(self.fc.weight, gain=gain)
        nn.init.xavier_normal_(self.attn_l, gain=gain)
        nn.init.xavier_normal_(self.attn_r, gain=gain)

    def forward(self, feat, adj):
        n = feat.shape[0]
        h_in = self.feat_drop(feat)
        ft = self.fc(h_in).view(n, self._num_heads, self._out_feats)
        el = (ft * self.attn_l).sum(-1)
        er = (ft * self.attn_r).sum(-1)
        e = self.leaky_relu(el.unsqueeze(0) + er.unsqueeze(1))          # dst, src, heads
        e = e.masked_fill((adj <= 0).unsqueeze(-1), -1e9)
        a = self.attn_drop(torch.softmax(e, dim=1))
        rst = torch.einsum("ijh,jhd->ihd", a, ft)
        if self.res_fc is not None:
            resval = self.res_fc(h_in).view(h_in.shape[0], self._num_heads, self._out_feats)
            rst = rst + resval
        if self.activation:
            rst = self.activation(rst)
        return rst
