"""Speech comes in pieces, and letters go out."""
import torch

from deepspeech2 import DeepSpeech2Model


class Predictor:
    def __init__(self, vocabulary, feat_size=16):
        self.vocabulary = vocabulary
        self.model = DeepSpeech2Model(feat_size, len(vocabulary)).eval()
        self.reset_stream()

    def reset_stream(self):
        self.state_h, self.state_c, self.last, self.text = None, None, 0, ""

    @torch.no_grad()
    def predict_stream(self, features):
        probs, self.state_h, self.state_c = self.model(features.unsqueeze(0), self.state_h, self.state_c)
        for k in probs[0].argmax(-1).tolist():
            if k != self.last and k != 0:
                self.text += self.vocabulary[k]
            self.last = k
        return self.text


if __name__ == "__main__":
    predictor = Predictor("_abcdefghijk")
    for _ in range(4):
        print(predictor.predict_stream(torch.randn(32, 16)))
