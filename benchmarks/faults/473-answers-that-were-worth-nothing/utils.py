"""Batches of episodes, and what is counted of them."""
import torch


def prepare_model_inputs(all_query_token_ids, all_response_token_ids, all_advantages):
    """Everything is (episodes, length). A word that is not of an answer has the label -100 and is worth 0."""
    max_len = max(len(q) + len(r) for q, r in zip(all_query_token_ids, all_response_token_ids))
    inputs = {"input_ids": [], "labels": [], "advantages": []}
    for query, response, advantages in zip(all_query_token_ids, all_response_token_ids, all_advantages):
        rest = max_len - len(query) - len(response)
        inputs["input_ids"].append(query + response + [0] * rest)
        inputs["labels"].append([-100] * len(query) + response + [-100] * rest)
        inputs["advantages"].append([0.0] * len(query) + advantages + [0.0] * rest)
    return {k: torch.tensor(v) for k, v in inputs.items()}


def compute_token_log_probs(model, input_ids, labels, temperature):
    """For each word but the first how likely it was, (episodes, length - 1)."""
    logits = model(input_ids) / temperature
    shift_logits, shift_labels = logits[..., :-1, :], labels[..., 1:]
    index = shift_labels.clamp(min=0).unsqueeze(-1)
    log_probs = shift_logits.log_softmax(-1).gather(-1, index).squeeze(-1)
    return log_probs * (shift_labels != -100)


def close_to_zero(tensor, mask, threshold=1e-8):
    """How many of the masked values are nothing."""
    close = torch.abs(tensor) < threshold
    return torch.sum((close * mask).float())
