"""A voice loop in small: attention by a mixture of windows that only move forward over the letters."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class GravesAttention(nn.Module):
    COEF = 0.3989422917366028  # numpy.sqrt(1 / (2 * numpy.pi))

    def __init__(self, batch_size, mem_elem, K, attention_alignment):
        super(GravesAttention, self).__init__()
        self.K = K
        self.attention_alignment = attention_alignment
        self.epsilon = 1e-5
        self.N_a = nn.Sequential(nn.Linear(mem_elem, mem_elem), nn.ReLU(), nn.Linear(mem_elem, 3 * K))

    def init_buffer(self, ident, start=True):
        if start:
            self.mu_tm1 = ident.new_zeros(ident.size(0), self.K)
        else:
            self.mu_tm1 = self.mu_tm1.detach()

    def forward(self, C, context):
        """C: the buffer (B, mem_elem); context: letters (B, L, D). Gives what is read (B, D) and the windows."""
        J = torch.arange(context.size(1), dtype=context.dtype).expand(context.size(0), self.K, context.size(1))
        gbk_t = self.N_a(C)
        gbk_t = gbk_t.view(gbk_t.size(0), -1, self.K)
        g_t = gbk_t[:, 0, :]
        b_t = gbk_t[:, 1, :]
        k_t = gbk_t[:, 2, :]
        g_t = F.softmax(g_t, dim=1) + self.epsilon
        sig_t = torch.exp(b_t) + self.epsilon
        mu_t = self.mu_tm1 + self.attention_alignment * torch.exp(k_t)
        g_t = g_t.unsqueeze(2).expand(g_t.size(0), g_t.size(1), context.size(1))
        sig_t = sig_t.unsqueeze(2).expand_as(g_t)
        mu_t_ = mu_t.unsqueeze(2).expand_as(g_t)
        phi_t = g_t * torch.exp(-0.5 * sig_t * (mu_t_ - J) ** 2)
        alpha_t = self.COEF * torch.sum(phi_t, 1)
        c_t = torch.bmm(alpha_t, context).transpose(0, 1).squeeze(0)
        self.mu_tm1 = mu_t
        return c_t, mu_t, alpha_t


class Decoder(nn.Module):
    def __init__(self, hidden=10, letters=6, out=4, K=3):
        super(Decoder, self).__init__()
        self.attn = GravesAttention(2, hidden, K, 0.05)
        self.N_u = nn.Linear(hidden + letters + out, hidden)
        self.N_o = nn.Linear(hidden, out)

    def forward(self, x, ident, context, start=True):
        """x: frames (T, B, out) that were before; ident: the speaker (B, hidden)."""
        self.attn.init_buffer(ident, start)
        S_t, outputs = ident, []
        for o_tm1 in x:
            c_t, mu_t, alpha_t = self.attn(S_t, context)
            S_t = torch.tanh(self.N_u(torch.cat((S_t, c_t, o_tm1), 1)))
            outputs.append(self.N_o(S_t))
        return torch.stack(outputs)


if __name__ == "__main__":
    torch.manual_seed(0)
    model = Decoder()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    frames, ident, context = torch.randn(9, 2, 4), torch.randn(2, 10), torch.randn(2, 7, 6)
    for start in (True, False):
        loss = ((model(frames[:-1], ident, context, start) - frames[1:]) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(loss.item())
