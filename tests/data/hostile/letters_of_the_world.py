from torch import nn


class Größe(nn.Module):  # 😀 größe
    def __init__(self, ширина=5, 数=8):
        super().__init__(); self.κορμός = nn.Linear(6, ширина); self.头 = nn.Linear(数, 2)  # ü

    def forward(self, ｘ):
        "größe 😀"; return self.头(self.κορμός(x))
