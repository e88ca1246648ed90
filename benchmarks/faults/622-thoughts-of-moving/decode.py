"""Decode a recorded session with weights that were trained before."""
import argparse

import numpy as np
import torch

from decoder import EEGNet

MOVES = ("left hand", "right hand", "feet", "tongue")


def load_model(path):
    saved = torch.load(path, weights_only=True)
    model = EEGNet(saved["channels"])
    model.load_state_dict(saved["state"])
    return model.eval(), saved["rate"]


def load_trials(path):
    file = np.load(path)
    trials = torch.from_numpy(file["trials"].astype(np.float32))
    return (trials - trials.mean(dim=2, keepdim=True)) / trials.std(dim=2, keepdim=True), int(file["rate"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--weights", required=True)
    parser.add_argument("--recording", required=True)
    args = parser.parse_args()
    model, rate = load_model(args.weights)
    trials, recorded_rate = load_trials(args.recording)
    if rate != recorded_rate:
        raise SystemExit(f"the model wants {rate} samples a second, the recording has {recorded_rate}")
    with torch.no_grad():
        for i, p in enumerate(model(trials).softmax(dim=1)):
            print(f"trial {i}: {MOVES[p.argmax()]} ({p.max():.2f})")
