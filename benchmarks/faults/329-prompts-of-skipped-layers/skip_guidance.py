"""Text-to-picture flow with guidance by the prompt and by leaving out some layers."""
import torch
from torch import nn


class JointTransformer(nn.Module):
    def __init__(self, dim=16, depth=4):
        super().__init__()
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(dim, 2, 32, dropout=0.0, batch_first=True) for _ in range(depth))
        self.time = nn.Linear(1, dim)
        self.out = nn.Linear(dim, dim)

    def forward(self, latents, timestep, prompt, skip_layers=()):
        x = torch.cat([latents, prompt], dim=1)
        x = x + self.time(timestep[:, None]).unsqueeze(1)
        for number, layer in enumerate(self.layers):
            if number not in skip_layers:
                x = layer(x)
        return self.out(x[:, :latents.shape[1]])


class FlowPipeline:
    def __init__(self, model, words=8, dim=16):
        self.model = model
        self.table = nn.Embedding(20, dim)
        self.words = words

    def encode(self, tokens, pictures):
        return self.table(tokens).repeat_interleave(pictures, dim=0)

    @torch.no_grad()
    def __call__(self, tokens, latents, pictures=1, steps=4, guidance=5.0, skip_scale=2.0, skip_layers=(1, 2)):
        prompt_embeds = self.encode(tokens, pictures)
        negative_embeds = self.encode(torch.zeros_like(tokens), pictures)
        guided = guidance > 1
        original_prompt_embeds = prompt_embeds
        if guided:
            prompt_embeds = torch.cat([negative_embeds, prompt_embeds], dim=0)
        times = torch.linspace(1, 0, steps + 1)
        for now, then in zip(times[:-1], times[1:]):
            latent_input = torch.cat([latents] * 2) if guided else latents
            velocity = self.model(latent_input, now.expand(len(latent_input)), prompt_embeds)
            if guided:
                without, wanted = velocity.chunk(2)
                velocity = without + guidance * (wanted - without)
                if skip_layers:
                    skipped = self.model(latents, now.expand(len(latents)), prompt_embeds, skip_layers)
                    velocity = velocity + skip_scale * (wanted - skipped)
            latents = latents + (then - now) * velocity
        return latents


if __name__ == "__main__":
    torch.manual_seed(0)
    pipeline = FlowPipeline(JointTransformer().eval())
    tokens = torch.randint(1, 20, (1, 8))
    drawn = pipeline(tokens, torch.randn(2, 6, 16), pictures=2)
    print(drawn.std().item())
