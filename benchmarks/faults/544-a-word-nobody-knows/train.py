"""The first stage, and the second that goes on from its decoder."""
import tempfile
from pathlib import Path

import torch
from torch import nn

from configs import TrainStage1Config, TrainStage2Config
from corpus import Vocabulary, load
from models import Decoder, GlobalReconstructor


def build_decoder(C, vocab):
    return Decoder(len(vocab), C.embedding_size, C.hidden_size, C.feature_size)


def train(C, vocab, decoder, reconstructor=None):
    films, words = load(vocab, C.feature_size)
    parameters = [*decoder.parameters(), *(reconstructor.parameters() if reconstructor else ())]
    optimizer = torch.optim.Adam(parameters, lr=C.lr)
    for _ in range(C.epochs):
        scores, hidden = decoder(films, words[:, :-1])
        loss = nn.functional.cross_entropy(scores.transpose(1, 2), words[:, 1:], ignore_index=vocab.word2idx["<PAD>"])
        if reconstructor is not None:
            loss = loss + C.recon_weight * (reconstructor(hidden) - films.mean(dim=1)).pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


def stage1(C, checkpoint):
    vocab = Vocabulary(C.init_word2idx, C.min_count)
    decoder = build_decoder(C, vocab)
    loss = train(C, vocab, decoder)
    torch.save({"decoder": decoder.state_dict()}, checkpoint)
    return vocab, loss


def stage2(C, checkpoint):
    vocab = Vocabulary(C.init_word2idx, C.min_count)
    decoder = build_decoder(C, vocab)
    decoder.load_state_dict(torch.load(checkpoint)["decoder"])
    reconstructor = GlobalReconstructor(C.hidden_size, C.feature_size)
    return vocab, decoder, train(C, vocab, decoder, reconstructor)


if __name__ == "__main__":
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = Path(folder) / "stage1.pt"
        vocab1, loss1 = stage1(TrainStage1Config, checkpoint)
        vocab2, decoder, loss2 = stage2(TrainStage2Config, checkpoint)
    print(f"stage 1: {loss1:.3f}, stage 2: {loss2:.3f}, {len(vocab2)} words")
