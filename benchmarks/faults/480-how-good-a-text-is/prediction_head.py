"""What is told of a text."""
from torch import nn


class FeedForwardBlock(nn.Module):
    def __init__(self, layer_dims):
        super().__init__()
        self.feed_forward = nn.Sequential(*(nn.Linear(i, o) for i, o in zip(layer_dims[:-1], layer_dims[1:])))

    def forward(self, x):
        return self.feed_forward(x)


class RegressionHead(nn.Module):
    """One number for a text. The labels are (batch, 1)."""

    def __init__(self, layer_dims, mean=0.0, stdev=1.0, loss_reduction="none"):
        super().__init__()
        self.feed_forward = FeedForwardBlock(layer_dims)
        self.mean, self.stdev = mean, stdev
        self.loss_fct = nn.MSELoss(reduction=loss_reduction)

    def forward(self, x):
        return self.feed_forward(x)

    def logits_to_loss(self, logits, **kwargs):
        label_ids = kwargs.get("label_ids")
        return self.loss_fct(logits.squeeze(), label_ids.float())

    def logits_to_preds(self, logits, **kwargs):
        return (logits * self.stdev + self.mean).squeeze(1).tolist()

    def formatted_preds(self, logits):
        return [{"task": "regression", "pred": pred} for pred in self.logits_to_preds(logits)]
