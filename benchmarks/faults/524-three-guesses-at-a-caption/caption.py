"""What is to be seen? Captions of pictures, the best of several that are written side by side."""
import torch
from torch import nn

from decoder import Decoder, beam_search


class Captioner(nn.Module):
    def __init__(self, words=20, width=12):
        super().__init__()
        self.visual_encoder = nn.Conv2d(3, width, 4, stride=4)
        self.text_decoder = Decoder(words, width)

    @torch.no_grad()
    def generate(self, image, num_beams=3, max_length=6):
        image_embeds = self.visual_encoder(image).flatten(2).transpose(1, 2)
        image_embeds = image_embeds.repeat_interleave(num_beams, dim=0)
        prompt = torch.ones(image.size(0), 1, dtype=torch.long)
        return beam_search(self.text_decoder, prompt, image_embeds, num_beams, max_length)


if __name__ == "__main__":
    torch.manual_seed(0)
    model = Captioner().eval()
    images = torch.randn(2, 3, 16, 16)
    captions = model.generate(images)
    print(captions.tolist())
