"""Sort proteins, one chain at a time."""
import torch
from torch import nn
from torch.utils.data import DataLoader

from proteins import LanguageModel, ProteinDataset


class StructureModel(nn.Module):
    def __init__(self, in_dim, hidden=16, layers=2):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(in_dim if i == 0 else hidden, hidden) for i in range(layers))
        self.out = nn.Linear(hidden, 2)

    def forward(self, node_feat, edges):
        degree = edges.sum(dim=1, keepdim=True)
        for layer in self.layers:
            node_feat = torch.relu(layer(edges @ node_feat / degree))
        return self.out(node_feat.mean(dim=0, keepdim=True))


def features(language_model, seq, node_feat):
    tokens = torch.cat([torch.tensor([21]), seq, torch.tensor([22])]).unsqueeze(0)
    lm_embedding = language_model(tokens)
    return torch.cat([lm_embedding.squeeze(0)[1:-1, :], node_feat], dim=1)


if __name__ == "__main__":
    torch.manual_seed(0)
    language_model, model = LanguageModel(), StructureModel(12 + 6)
    loader = DataLoader(ProteinDataset(), batch_size=None, shuffle=True)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for epoch in range(3):
        total = 0.0
        for seq, node_feat, edges, label in loader:
            node_feat0 = features(language_model, seq, node_feat)
            loss = nn.functional.cross_entropy(model(node_feat0, edges), torch.tensor([label]))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        print(f"epoch {epoch + 1}: loss {total / len(loader):.4f}")
