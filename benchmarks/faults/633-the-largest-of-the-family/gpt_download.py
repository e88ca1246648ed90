"""The released weights: a dictionary of arrays for each size."""
import numpy as np

SETTINGS = {
    "124M": {"n_vocab": 40, "n_ctx": 16, "n_embd": 24, "n_head": 4, "n_layer": 4},
    "1558M": {"n_vocab": 40, "n_ctx": 16, "n_embd": 50, "n_head": 5, "n_layer": 12},
}


def download_and_load_gpt2(model_size):
    settings = SETTINGS[model_size]
    rng, d = np.random.default_rng(settings["n_layer"]), settings["n_embd"]
    draw = lambda *shape: rng.normal(0, 0.05, shape).astype(np.float32)  # noqa: E731
    params = {"wte": draw(settings["n_vocab"], d), "wpe": draw(settings["n_ctx"], d), "blocks": []}
    for _ in range(settings["n_layer"]):
        params["blocks"].append({
            "attn": {"c_attn": draw(d, 3 * d), "c_proj": draw(d, d)},
            "mlp": {"c_fc": draw(d, 4 * d), "c_proj": draw(4 * d, d)},
        })
    return settings, params
