"""Tune a small language model on dialogues."""
import json
import sys
from pathlib import Path

import torch
from torch.utils.data import DataLoader

from data_utils import NN_DataHelper
from modeling_qwen import QWenConfig, QWenLMHeadModel


def main(batch_size=2, epochs=2):
    torch.manual_seed(0)
    helper = NN_DataHelper(max_seq_length=12)
    records = json.loads((Path(__file__).parent / "dialogues.json").read_text(encoding="utf-8"))
    dataset = [helper.on_data_process(record) for record in records]
    loader = DataLoader(dataset, batch_size=batch_size, collate_fn=helper.collate_fn)
    model = QWenLMHeadModel(QWenConfig(vocab_size=helper.vocab_size))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    for epoch in range(epochs):
        for batch in loader:
            loss, _ = model(**batch)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch}: {loss.item():.3f}")
    return model, helper, dataset


if __name__ == "__main__":
    model, helper, dataset = main(*map(int, sys.argv[1:]))
