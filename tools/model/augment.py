"""What happens to speech between a mouth and a file: rooms, noise, microphones and codecs."""

import numpy as np
from scipy.fft import irfft, rfft, rfftfreq
from scipy.signal import fftconvolve

from .features import FFT_SIZE, SAMPLE_RATE

Generator = np.random.Generator


def root_mean_square(samples: np.ndarray) -> float:
    return float(np.sqrt(np.dot(samples, samples) / len(samples) + 1e-20))


def coloured_noise(random: Generator, length: int, exponent: float) -> np.ndarray:
    """Noise of unit level whose power falls as frequency to the power `exponent`."""
    spectrum = rfft(random.standard_normal(length).astype(np.float32))
    frequencies = np.maximum(rfftfreq(length, 1 / SAMPLE_RATE), 20)
    noise = irfft(spectrum * frequencies ** (-exponent / 2), length)
    return (noise / root_mean_square(noise)).astype(np.float32)


def hum(random: Generator, length: int) -> np.ndarray:
    """Mains hum with harmonics."""
    time = np.arange(length) / SAMPLE_RATE
    base = random.choice((50.0, 60.0, 100.0, 120.0))
    levels = random.uniform(0, 1, 12) / np.arange(1, 13)
    phases = random.uniform(0, 2 * np.pi, 12)
    waves = [
        level * np.sin(2 * np.pi * base * (order + 1) * time + phase)
        for order, (level, phase) in enumerate(zip(levels, phases, strict=True))
    ]
    total = np.sum(waves, axis=0)
    return (total / root_mean_square(total)).astype(np.float32)


def tones(random: Generator, length: int) -> np.ndarray:
    """Steady, interrupted or gliding tones."""
    time = np.arange(length) / SAMPLE_RATE
    total = np.zeros(length)
    for _ in range(random.integers(1, 4)):
        start = np.exp(random.uniform(np.log(80), np.log(4000)))
        end = start if random.random() < 0.6 else start * random.uniform(0.5, 2)
        phase = 2 * np.pi * np.cumsum(np.linspace(start, end, length)) / SAMPLE_RATE
        wave = np.sin(phase) * random.uniform(0.2, 1)
        if random.random() < 0.5:
            wave *= np.sin(2 * np.pi * random.uniform(0.3, 5) * time + random.uniform(0, 6)) > 0
        total += wave
    return (total / root_mean_square(total)).astype(np.float32)


def clicks(random: Generator, length: int) -> np.ndarray:
    """Knocks and clicks: short decaying bursts."""
    total = np.zeros(length, np.float32)
    for _ in range(random.integers(1, 2 + 4 * length // SAMPLE_RATE)):
        width = min(int(np.exp(random.uniform(np.log(4), np.log(1600)))), length)
        at = random.integers(0, length - width + 1)
        decay = np.exp(-np.linspace(0, 6, width))
        burst = random.standard_normal(width) if random.random() < 0.7 else np.ones(width)
        total[at : at + width] += (burst * decay * random.uniform(0.2, 1)).astype(np.float32)
    return total / max(root_mean_square(total), 1e-3)


class NoiseBank:
    """A minute of each colour of noise and several hums, from which random pieces are cut."""

    def __init__(self, random: Generator) -> None:
        length = 60 * SAMPLE_RATE
        self.noises = [coloured_noise(random, length, exponent) for exponent in (-1, 0, 0.7, 1.2, 1.7, 2.3)]
        swell = np.repeat(random.uniform(0.1, 1.0, length // 1600), 1600).astype(np.float32)
        self.noises.append(self.noises[3] * swell)
        self.hums = [hum(random, 10 * SAMPLE_RATE) for _ in range(32)]

    def piece(self, random: Generator, length: int) -> np.ndarray:
        return self._cut(random, self.noises, length)

    def hum(self, random: Generator, length: int) -> np.ndarray:
        return self._cut(random, self.hums, length)

    def _cut(self, random: Generator, noises: list[np.ndarray], length: int) -> np.ndarray:
        noise = noises[random.integers(len(noises))]
        return np.take(noise, np.arange(length) + random.integers(len(noise)), mode="wrap")


class Rooms:
    """Synthetic impulse responses: a direct path and an exponentially dying tail."""

    def __init__(self, random: Generator, count: int = 48) -> None:
        self.responses = []
        for _ in range(count):
            reverberation = random.uniform(0.08, 0.5)
            length = int(reverberation * SAMPLE_RATE)
            decay = np.exp(-6.9 * np.arange(length) / length)
            tail = random.standard_normal(length) * decay
            tail[: int(random.uniform(0.001, 0.01) * SAMPLE_RATE)] = 0
            response = tail / np.linalg.norm(tail) * 10 ** random.uniform(-0.8, 0.1)
            response[0] = 1
            self.responses.append(response.astype(np.float32))

    def reverberate(self, random: Generator, samples: np.ndarray) -> np.ndarray:
        response = self.responses[random.integers(len(self.responses))]
        return fftconvolve(samples, response)[: len(samples)].astype(np.float32)


def mu_law(samples: np.ndarray) -> np.ndarray:
    """Through the 8-bit companding of telephone lines and back."""
    companded = np.sign(samples) * np.log1p(255 * np.minimum(np.abs(samples), 1)) / np.log(256)
    coded = np.round(companded * 127) / 127
    return (np.sign(coded) * (256 ** np.abs(coded) - 1) / 255).astype(np.float32)


def response(random: Generator) -> np.ndarray:
    """[201] power gains: tilt, bumps and band limits of a microphone and a transmission."""
    frequencies = np.linspace(0, SAMPLE_RATE / 2, FFT_SIZE // 2 + 1)
    decibels = random.uniform(-12, 12) * np.log2(np.maximum(frequencies, 125) / 1000) / 3
    bumps = random.normal(0, 4.5, 9)
    decibels += np.interp(np.log(frequencies + 100), np.linspace(np.log(100), np.log(8100), 9), bumps)
    if random.random() < 0.3:
        cutoff = random.choice((random.uniform(3200, 4000), random.uniform(4000, 7500)))
        decibels -= np.clip((frequencies - cutoff) / 200, 0, 1) * random.uniform(25, 90)
    if random.random() < 0.2:
        decibels -= np.clip((random.uniform(80, 350) - frequencies) / 60, 0, 1) * random.uniform(10, 50)
    return (10 ** (decibels / 10)).astype(np.float32)


def mask_patches(random: Generator, mel: np.ndarray) -> None:
    """SpecAugment: hides bands of frequencies and short stretches of time."""
    bins, frames = mel.shape
    for _ in range(random.integers(0, 3)):
        width = random.integers(1, 26)
        at = random.integers(0, bins - width)
        mel[at : at + width] = mel.mean() if random.random() < 0.5 else mel.min()
    for _ in range(random.integers(0, 1 + max(2, frames // 120))):
        width = random.integers(1, 12)
        at = random.integers(0, max(1, frames - width))
        mel[:, at : at + width] = mel.mean() if random.random() < 0.5 else mel.min()
