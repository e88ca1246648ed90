"""A convolution, a recurrent layer, a recurrent layer over periods, and a linear part beside them."""
import torch
from torch import nn
import torch.nn.functional as F


class LSTNet(nn.Module):
    def __init__(self, args, m):
        super().__init__()
        self.P, self.m = args.window, m
        self.hidR, self.hidC, self.hidS = args.hidRNN, args.hidCNN, args.hidSkip
        self.Ck, self.skip, self.hw = args.CNN_kernel, args.skip, args.highway_window
        self.pt = (self.P - self.Ck) / self.skip
        self.conv1 = nn.Conv2d(1, self.hidC, kernel_size=(self.Ck, self.m))
        self.GRU1 = nn.GRU(self.hidC, self.hidR)
        if self.skip > 0:
            self.GRUskip = nn.GRU(self.hidC, self.hidS)
            self.linear1 = nn.Linear(self.hidR + self.skip * self.hidS, self.m)
        else:
            self.linear1 = nn.Linear(self.hidR, self.m)
        if self.hw > 0:
            self.highway = nn.Linear(self.hw, 1)

    def forward(self, x):
        batch_size = x.size(0)
        c = F.relu(self.conv1(x.view(-1, 1, self.P, self.m))).squeeze(3)

        r = c.permute(2, 0, 1).contiguous()
        _, r = self.GRU1(r)
        r = r.squeeze(0)

        # the newest whole periods; each place in a period has a sequence of its own
        if self.skip > 0:
            s = c[:, :, int(-self.pt * self.skip):].contiguous()
            s = s.view(batch_size, self.hidC, int(self.pt), self.skip)
            s = s.permute(2, 0, 3, 1).contiguous()
            s = s.view(int(self.pt), batch_size * self.skip, self.hidC)
            _, s = self.GRUskip(s)
            s = s.view(batch_size, self.skip * self.hidS)
            r = torch.cat((r, s), 1)

        res = self.linear1(r)
        if self.hw > 0:
            z = x[:, -self.hw:, :].permute(0, 2, 1).contiguous().view(-1, self.hw)
            res = res + self.highway(z).view(-1, self.m)
        return res
