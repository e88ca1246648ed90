"""Load the released weights of a size and continue a text."""
import numpy as np
import torch

from gpt import GPTModel
from gpt_download import download_and_load_gpt2

CHOOSE_MODEL = "gpt2-xl (1558M)"

BASE_CONFIG = {"vocab_size": 40, "context_length": 16, "qkv_bias": True}
model_configs = {
    "gpt2-small (124M)": {"emb_dim": 24, "n_layers": 4, "n_heads": 4},
    "gpt2-xl (1558M)": {"emb_dim": 50, "n_layers": 5, "n_heads": 12},
}


def assign(left, right):
    if left.shape != right.shape:
        raise ValueError(f"Shape mismatch. Left: {left.shape}, Right: {right.shape}")
    left.data.copy_(torch.from_numpy(np.ascontiguousarray(right)))


def load_weights_into_gpt(gpt, params):
    assign(gpt.tok_emb.weight, params["wte"])
    assign(gpt.pos_emb.weight, params["wpe"])
    assign(gpt.out_head.weight, params["wte"])
    for b, block in enumerate(params["blocks"]):
        att, mlp = gpt.trf_blocks[b].att, gpt.trf_blocks[b].ff
        for layer, w in zip((att.W_query, att.W_key, att.W_value), np.split(block["attn"]["c_attn"], 3, axis=-1)):
            assign(layer.weight, w.T)
        assign(att.out_proj.weight, block["attn"]["c_proj"].T)
        assign(mlp[0].weight, block["mlp"]["c_fc"].T)
        assign(mlp[2].weight, block["mlp"]["c_proj"].T)


def generate(model, idx, max_new_tokens, context_size):
    for _ in range(max_new_tokens):
        with torch.no_grad():
            logits = model(idx[:, -context_size:])[:, -1]
        idx = torch.cat([idx, logits.argmax(dim=-1, keepdim=True)], dim=1)
    return idx


if __name__ == "__main__":
    torch.manual_seed(123)
    size = CHOOSE_MODEL.split(" ")[-1].strip("()")
    settings, params = download_and_load_gpt2(size)
    config = {**BASE_CONFIG, **model_configs[CHOOSE_MODEL]}
    gpt = GPTModel(config)
    gpt.eval()
    load_weights_into_gpt(gpt, params)
    ids = generate(gpt, torch.tensor([[3, 14, 15, 9]]), 8, config["context_length"])
    print(CHOOSE_MODEL, ids[0].tolist())
