"""How often the right class is among the first guesses."""
import torch


def topks_correct(preds, labels, ks):
    """For each k of how many samples the label (batch,) is among the k best of the scores (batch, classes)."""
    assert preds.size(0) == labels.size(0), "Batch dim of predictions and labels must match"
    _, top_max_k_inds = torch.topk(preds, max(ks), dim=1, largest=True, sorted=True)
    # (batch_size, max_k) -> (max_k, batch_size)
    top_max_k_inds = top_max_k_inds.t()
    # (batch_size,) -> (max_k, batch_size)
    rep_max_k_labels = labels.view(1, -1).expand_as(top_max_k_inds)
    top_max_k_correct = top_max_k_inds.eq(rep_max_k_labels)
    return [top_max_k_correct[:k, :].float().sum() for k in ks]


def topk_accuracies(preds, labels, ks):
    return [(x / preds.size(0)) * 100.0 for x in topks_correct(preds, labels, ks)]
