"""Teach a language model by the reward of whole answers."""
import argparse

import torch
from torch import nn

from utils import close_to_zero, compute_token_log_probs, prepare_model_inputs


class Policy(nn.Module):
    def __init__(self, vocab_size=32, width=16):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, width)
        self.rnn = nn.GRU(width, width, batch_first=True)
        self.head = nn.Linear(width, vocab_size)

    def forward(self, input_ids):
        return self.head(self.rnn(self.embed(input_ids))[0])


def create_training_episodes(group_size, groups=2, vocab_size=32):
    """Of each question several answers; the worth of an answer stands at each of its words."""
    episodes = {"all_query_token_ids": [], "all_response_token_ids": [], "all_advantages": []}
    for _ in range(groups):
        query = torch.randint(1, vocab_size, (int(torch.randint(3, 7, (1,))),)).tolist()
        responses = [torch.randint(1, vocab_size, (int(torch.randint(2, 9, (1,))),)).tolist() for _ in range(group_size)]
        rewards = torch.tensor([float(len(response) % 2) for response in responses])
        advantages = (rewards - rewards.mean()) / (rewards.std() + 1e-4)
        for response, advantage in zip(responses, advantages.tolist()):
            episodes["all_query_token_ids"].append(query)
            episodes["all_response_token_ids"].append(response)
            episodes["all_advantages"].append([advantage] * len(response))
    return episodes


def compute_pg_loss(policy_model, reference_model, batch, total_response_len, temperature=1.0, kl_coefficient=0.01):
    input_ids, labels, advantages = batch["input_ids"], batch["labels"], batch["advantages"]
    labels_mask = (labels[..., 1:] != -100).float()
    logps = compute_token_log_probs(policy_model, input_ids, labels, temperature)
    with torch.no_grad():
        ref_logps = compute_token_log_probs(reference_model, input_ids, labels, temperature)
    kl_penalty = torch.exp(ref_logps - logps) - (ref_logps - logps) - 1
    kl_penalty = kl_penalty * labels_mask
    policy_loss = -logps * advantages[..., 1:] * labels_mask
    loss = (policy_loss.sum() + kl_coefficient * kl_penalty.sum()) / total_response_len
    with torch.no_grad():
        zero_advantages = close_to_zero(advantages, labels_mask)
    metrics = {"policy_loss": policy_loss.sum().item() / total_response_len,
               "kl_penalty": kl_penalty.sum().item() / total_response_len,
               "zero_advantages": zero_advantages.item() / total_response_len}
    return loss, metrics


def main(args):
    torch.manual_seed(args.seed)
    policy, reference = Policy(), Policy()
    reference.load_state_dict(policy.state_dict())
    optimizer = torch.optim.AdamW(policy.parameters(), lr=args.learning_rate)
    for iteration in range(args.iterations):
        batch = prepare_model_inputs(**create_training_episodes(args.group_size))
        total_response_len = (batch["labels"] != -100).sum().item()
        loss, metrics = compute_pg_loss(policy, reference, batch, total_response_len)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(iteration, {k: round(v, 4) for k, v in metrics.items()})


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--iterations", type=int, default=3)
    parser.add_argument("--group_size", type=int, default=4)
    parser.add_argument("--learning_rate", type=float, default=1e-2)
    parser.add_argument("--seed", type=int, default=2)
    main(parser.parse_args())
