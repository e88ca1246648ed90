"""Find names, skills and schools in the text of a resume."""
import torch

from tagging import MAX_LEN, TAGS, Tokenizer, TokenClassifier


def process_resume(text, tokenizer, max_len):
    """The numbers of the words of a text, filled up or cut to ``max_len``, and which of them are words."""
    ids = [tokenizer.number(word) for word in text.split()][:max_len - 2]
    ids = [tokenizer.cls, *ids, tokenizer.sep]
    mask = [1] * len(ids) + [0] * (max_len - len(ids))
    ids = ids + [tokenizer.pad] * (max_len - len(ids))
    return {"input_ids": torch.tensor([ids]), "attention_mask": torch.tensor([mask])}


def predict(model, tokenizer, text, max_len=MAX_LEN):
    model.eval()
    data = process_resume(text, tokenizer, max_len)
    input_ids, input_mask = data["input_ids"], data["attention_mask"]
    labels = torch.tensor([1] * input_ids.size(0), dtype=torch.long).unsqueeze(0)
    with torch.no_grad():
        outputs = model(input_ids, attention_mask=input_mask, labels=labels)
    tmp_eval_loss, logits = outputs[:2]
    numbers = logits.argmax(dim=2)[0].tolist()
    words = text.split()[:max_len - 2]
    return [(word, TAGS[n]) for word, n in zip(words, numbers[1:]) if TAGS[n] != "O"]


if __name__ == "__main__":
    torch.manual_seed(0)
    tokenizer = Tokenizer()
    model = TokenClassifier(tokenizer.size)
    for text in ("Ada Lovelace wrote programs in London", "ten years of C and Fortran at a weather office"):
        print(predict(model, tokenizer, text))
