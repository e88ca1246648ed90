"""How much earlier or later than its note does a sung letter begin?"""
import fnmatch
import re
from pathlib import Path

import torch
import yaml
from torch import nn

HERE = Path(__file__).parent
LABELS = ["pau^k-a+t=i /E:60] /F:4]", "k^a-t+i=pau /E:62] /F:2]", "a^t-i+pau=m /E:62] /F:8]", "t^i-pau+m=u /E:0] /F:4]",
          "i^pau-m+u=s /E:65] /F:4]", "pau^m-u+s=e /E:65] /F:4]", "m^u-s+e=n /E:64] /F:3]", "u^s-e+n=pau /E:64] /F:1]"]


def load_questions(path):
    """The questions of yes or no, as lists of patterns, and those for a number, as expressions."""
    binary, numeric = [], []
    for line in Path(path).read_text().splitlines():
        match = re.match(r'(C?QS) "(.+)" {(.*)}', line)
        if match and match[1] == "QS":
            binary.append(match[3].split(","))
        elif match:
            numeric.append(re.compile(match[3]))
    return binary, numeric


def linguistic_features(labels, binary, numeric):
    rows = []
    for label in labels:
        answers = [float(any(fnmatch.fnmatch(label, pattern) for pattern in patterns)) for patterns in binary]
        numbers = [float(expression.search(label)[1]) / 100 for expression in numeric]
        rows.append(answers + numbers)
    return torch.tensor(rows)


class FFN(nn.Module):
    def __init__(self, in_dim, hidden_dim, out_dim, num_layers=2):
        super().__init__()
        self.first_linear = nn.Linear(in_dim, hidden_dim)
        self.hidden_layers = nn.ModuleList([nn.Linear(hidden_dim, hidden_dim) for _ in range(num_layers)])
        self.last_linear = nn.Linear(hidden_dim, out_dim)

    def forward(self, x):
        h = torch.relu(self.first_linear(x))
        for layer in self.hidden_layers:
            h = torch.relu(layer(h))
        return self.last_linear(h)


def main():
    config = yaml.safe_load((HERE / "conf" / "timelag.yaml").read_text())
    torch.manual_seed(config["seed"])
    questions = load_questions(HERE / "questions" / "singing.hed")
    features = linguistic_features(LABELS, *questions)
    lags = torch.randn(len(LABELS), 1)
    model = FFN(**config["netG"])
    optimizer = torch.optim.Adam(model.parameters(), config["train"]["lr"])
    for _ in range(config["train"]["epochs"]):
        loss = nn.functional.mse_loss(model(features), lags)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(loss.item())
    return model, features


if __name__ == "__main__":
    model, features = main()
