"""How likely a scan is: its codes are read one after the other, and what is unlikely is strange."""
import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

from transformer import DecoderOnlyTransformer

SPATIAL_SHAPE, CODES = (4, 5), 16


def healthy_scans(count):
    """Codes of scans, whose rows repeat."""
    row = torch.arange(SPATIAL_SHAPE[1]) * 3
    start = torch.randint(0, CODES, (count, 1, 1))
    return ((start + row).expand(count, *SPATIAL_SHAPE) % CODES).flatten(1)


def log_likelihood(model, codes):
    """Of each code, given those before it (batch, codes)."""
    begin = torch.full((len(codes), 1), CODES)
    logits = model(torch.cat([begin, codes[:, :-1]], dim=1))
    return F.log_softmax(logits, dim=-1).gather(2, codes[..., None])[..., 0]


if __name__ == "__main__":
    torch.manual_seed(0)
    loader = DataLoader(TensorDataset(healthy_scans(40)), batch_size=10, shuffle=True)
    transformer_model = DecoderOnlyTransformer(
        num_tokens=CODES + 1,
        max_seq_len=SPATIAL_SHAPE[0] * SPATIAL_SHAPE[1],
        attn_layers_dim=32,
        attn_layers_depth=2,
        attn_layers_heads=12,
    )
    optimizer = torch.optim.Adam(transformer_model.parameters(), lr=5e-3)
    for epoch in range(3):
        for (codes,) in loader:
            loss = -log_likelihood(transformer_model, codes).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch}: done")
    with torch.no_grad():
        strange = -log_likelihood(transformer_model, torch.randint(0, CODES, (6, 20))).mean(dim=1)
    print(f"{len(strange)} scans were judged")
