"""Draw the embedding of a picture from a text: several for each prompt, steered away from the empty text."""
import torch
from torch import nn


class TextEncoder(nn.Module):
    """Numbers of words (batch, length) to one vector for each text, and one for each word."""

    def __init__(self, words=60, width=12, length=10):
        super().__init__()
        self.length = length
        self.embed = nn.Embedding(words, width, padding_idx=0)
        self.rnn = nn.GRU(width, width, batch_first=True)

    def tokenize(self, texts):
        ids = torch.zeros(len(texts), self.length, dtype=torch.long)
        for row, text in zip(ids, texts):
            numbers = [1] + [2 + sum(map(ord, word)) % 58 for word in text.split()][:self.length - 1]
            row[:len(numbers)] = torch.tensor(numbers)
        return ids, ids > 0

    def forward(self, ids):
        states, last = self.rnn(self.embed(ids))
        return last[0], states


class PriorTransformer(nn.Module):
    def __init__(self, width=12, heads=2):
        super().__init__()
        self.time = nn.Embedding(20, width)
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.out = nn.Linear(width, width)

    def forward(self, hidden_states, timestep, proj_embedding, encoder_hidden_states, attention_mask):
        query = (hidden_states + proj_embedding + self.time(timestep))[:, None]
        y, _ = self.attention(query, encoder_hidden_states, encoder_hidden_states, key_padding_mask=~attention_mask)
        return hidden_states - 0.3 * self.out(y[:, 0])


class UnCLIPPipeline:
    def __init__(self, text_encoder, prior):
        self.text_encoder, self.prior = text_encoder, prior

    def _encode_prompt(self, prompt, num_images_per_prompt, do_classifier_free_guidance):
        ids, text_mask = self.text_encoder.tokenize(prompt)
        text_embeddings, text_encoder_hidden_states = self.text_encoder(ids)
        text_embeddings = text_embeddings.repeat_interleave(num_images_per_prompt, dim=0)
        text_encoder_hidden_states = text_encoder_hidden_states.repeat_interleave(num_images_per_prompt, dim=0)

        if do_classifier_free_guidance:
            uncond_ids, uncond_text_mask = self.text_encoder.tokenize([""] * len(prompt))
            uncond_embeddings, uncond_hidden_states = self.text_encoder(uncond_ids)
            uncond_embeddings = uncond_embeddings.repeat_interleave(num_images_per_prompt, dim=0)
            uncond_hidden_states = uncond_hidden_states.repeat_interleave(num_images_per_prompt, dim=0)
            text_embeddings = torch.cat([uncond_embeddings, text_embeddings])
            text_encoder_hidden_states = torch.cat([uncond_hidden_states, text_encoder_hidden_states])
            text_mask = torch.cat([uncond_text_mask, text_mask])
        return text_embeddings, text_encoder_hidden_states, text_mask

    @torch.no_grad()
    def __call__(self, prompt, num_images_per_prompt=1, steps=4, prior_guidance_scale=4.0, latents=None):
        """The pictures of a prompt follow each other."""
        guided = prior_guidance_scale > 1.0
        embeddings, hidden_states, text_mask = self._encode_prompt(prompt, num_images_per_prompt, guided)
        if latents is None:
            latents = torch.randn(len(prompt) * num_images_per_prompt, embeddings.shape[1])
        for t in reversed(range(steps)):
            latent_input = torch.cat([latents] * 2) if guided else latents
            predicted = self.prior(latent_input, torch.tensor(t), embeddings, hidden_states, text_mask)
            if guided:
                uncond, text = predicted.chunk(2)
                predicted = uncond + prior_guidance_scale * (text - uncond)
            latents = predicted
        return latents


if __name__ == "__main__":
    torch.manual_seed(0)
    pipe = UnCLIPPipeline(TextEncoder(), PriorTransformer())
    print(pipe(["a corgi in a field", "red fox"]).shape)
    print(pipe(["a corgi in a field", "red fox"], num_images_per_prompt=9).shape)
