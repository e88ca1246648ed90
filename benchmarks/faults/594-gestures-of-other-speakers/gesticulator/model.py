"""Gestures from what is heard around each moment and from the gestures before."""
import torch
from torch import nn


class GesticulatorModel(nn.Module):
    def __init__(self, audio_dim=10, output_dim=6, encoding_dim=16, past_context=4, future_context=6, n_prev_poses=3):
        super().__init__()
        self.past_context, self.future_context, self.n_prev_poses = past_context, future_context, n_prev_poses
        self.output_dim = output_dim
        self.encode_speech = nn.GRU(audio_dim, encoding_dim, num_layers=1)
        self.reduce_speech_enc = nn.Sequential(nn.Linear(encoding_dim * (past_context + future_context), 24), nn.Tanh())
        self.conditioning = nn.Sequential(nn.Linear(n_prev_poses * output_dim, 12), nn.Tanh())
        self.hidden = nn.Sequential(nn.Linear(24 + 12, 32), nn.Tanh())
        self.out_layer = nn.Linear(32, output_dim)

    def step(self, curr_speech, poses):
        """One gesture. Speech is (batch, context, audio_dim), the poses before are a list of (batch, output_dim)."""
        batch = curr_speech.size(0)
        encoded, _ = self.encode_speech(curr_speech)
        speech = self.reduce_speech_enc(encoded.reshape(batch, -1))
        before = self.conditioning(torch.cat(poses[-self.n_prev_poses:], dim=1))
        return self.out_layer(self.hidden(torch.cat([speech, before], dim=1)))

    def forward(self, audio, motion=None, teacher=0.0):
        """(batch, frames, audio_dim) becomes the gestures (batch, frames - contexts, output_dim)."""
        start = [audio.new_zeros(audio.size(0), self.output_dim) for _ in range(self.n_prev_poses)]
        poses, out = start, []
        for t in range(self.past_context, audio.size(1) - self.future_context):
            pose = self.step(audio[:, t - self.past_context: t + self.future_context], poses)
            out.append(pose)
            true = motion is not None and torch.rand(()) < teacher
            poses = [*poses, motion[:, t] if true else pose]
        return torch.stack(out, dim=1)
