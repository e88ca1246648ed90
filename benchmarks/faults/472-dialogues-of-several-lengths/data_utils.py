"""Make samples of dialogues, and batches of samples."""
import torch


class NN_DataHelper:
    pad, end, vocab_size = 0, 1, 64

    def __init__(self, max_seq_length):
        self.max_seq_length = max_seq_length

    def encode(self, text):
        return [2 + sum(map(ord, word)) % (self.vocab_size - 2) for word in text.split()]

    def on_data_process(self, record):
        """The words of question and answer; the question is no label."""
        q, a = self.encode(record["q"]), [*self.encode(record["a"]), self.end]
        ids, labels = (q + a)[:self.max_seq_length], ([-100] * len(q) + a)[:self.max_seq_length]
        return {"input_ids": torch.tensor(ids), "labels": torch.tensor(labels), "seqlen": len(ids)}

    def collate_fn(self, batch):
        seqlens = [sample["seqlen"] for sample in batch]
        max_len = max(seqlens)
        o = {"input_ids": torch.full((len(batch), max_len), self.pad),
             "labels": torch.full((len(batch), max_len), -100)}
        for i, sample in enumerate(batch):
            o["input_ids"][i, :seqlens[i]] = sample["input_ids"]
            o["labels"][i, :seqlens[i]] = sample["labels"]
        o["attention_mask"] = torch.ones((max_len, max_len), dtype=torch.long).tril()
        return o
