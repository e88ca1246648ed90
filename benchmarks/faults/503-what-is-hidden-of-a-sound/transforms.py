"""Change sounds (channels, samples) and their spectrograms (channels, frequencies, frames) before they are learned."""
import torch


class Compose:
    def __init__(self, transforms):
        self.transforms = transforms

    def __call__(self, signal):
        for transform in self.transforms:
            signal = transform(signal)
        return signal


class Spectrogram:
    def __init__(self, window_size, hop_size):
        self.window_size, self.hop_size = window_size, hop_size

    def __call__(self, signal):
        window = torch.hann_window(self.window_size)
        return torch.stft(signal, self.window_size, self.hop_size, window=window, return_complex=True).abs().log1p()


class Mask:
    """Hide ``coverage`` of a signal along an axis, in one block or several, with a value."""

    def __init__(self, coverage, axis, max_width=None, value=0.0):
        self.coverage, self.axis, self.max_width, self.value = coverage, axis, max_width, value

    def __call__(self, signal):
        length = signal.shape[self.axis]
        left = int(self.coverage * length)
        masked = signal.clone()
        while left > 0:
            width = min(left, self.max_width or left)
            start = torch.randint(0, length - width + 1, ()).item()
            masked.narrow(self.axis, start, width).fill_(self.value)
            left -= width
        return masked


class MaskSpectrogramTime(Mask):
    """Hide frames."""

    def __init__(self, coverage, max_width=None, value=0.0):
        super().__init__(coverage, 1, max_width, value)


class MaskSpectrogramFrequency(Mask):
    """Hide frequencies."""

    def __init__(self, coverage, max_width=None, value=0.0):
        super().__init__(coverage, 0, max_width, value)
