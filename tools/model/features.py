"""Whisper's log-mel spectrogram with 128 bins, in numpy."""

from functools import lru_cache

import numpy as np

SAMPLE_RATE = 16_000
FFT_SIZE = 400
HOP = 160
MEL_BINS = 128
SHORTEST_CLIP = 8_000


def hertz_to_slaney(hertz: np.ndarray) -> np.ndarray:
    logarithmic = 15 + 27 * np.log(np.maximum(hertz, 1e-3) / 1000) / np.log(6.4)
    return np.where(hertz >= 1000, logarithmic, 3 * hertz / 200)


def slaney_to_hertz(mels: np.ndarray) -> np.ndarray:
    return np.where(mels >= 15, 1000 * np.exp((mels - 15) * np.log(6.4) / 27), 200 * mels / 3)


@lru_cache(maxsize=64)
def mel_filters(warp: float = 1.0) -> np.ndarray:
    """[201, 128] triangular filters, area-normalised; `warp` scales their frequencies.

    A warp other than 1 imitates a longer or shorter vocal tract. Only training uses it.
    """
    frequencies = np.linspace(0, SAMPLE_RATE / 2, FFT_SIZE // 2 + 1)
    ends = hertz_to_slaney(np.array([0.0, 8000.0]))
    edges = slaney_to_hertz(np.linspace(ends[0], ends[1], MEL_BINS + 2))
    # Only the lower frequencies are scaled fully, so that the highest filter stays in the band.
    knee = 4800.0 * min(1.0, 1.0 / warp)
    above = 8000 - (8000 - knee * warp) / (8000 - knee) * (8000 - edges)
    edges = np.where(edges <= knee, edges * warp, above)
    widths = np.diff(edges)
    slopes = edges[None, :] - frequencies[:, None]
    triangles = np.minimum(-slopes[:, :-2] / widths[:-1], slopes[:, 2:] / widths[1:])
    areas = 2.0 / (edges[2:] - edges[:-2])
    return (np.maximum(triangles, 0) * areas).astype(np.float64)


@lru_cache(maxsize=1)
def hann_window() -> np.ndarray:
    return np.hanning(FFT_SIZE + 1)[:-1]


def power_spectrum(samples: np.ndarray) -> np.ndarray:
    """[frames, 201] power of centred, reflect-padded frames without the last one."""
    padded = np.pad(samples, FFT_SIZE // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, FFT_SIZE)[::HOP][: len(samples) // HOP]
    window = hann_window().astype(samples.dtype)
    return np.abs(_rfft(frames * window)) ** 2


def _rfft(frames: np.ndarray) -> np.ndarray:
    # scipy keeps float32, which halves the work while training; numpy always computes in float64.
    if frames.dtype == np.float32:
        from scipy.fft import rfft

        return rfft(frames, axis=-1)
    return np.fft.rfft(frames, axis=-1)


def log_mel_of_power(power: np.ndarray, warp: float = 1.0) -> np.ndarray:
    """[128, frames] float32 from [frames, 201] power."""
    mel = power @ mel_filters(warp).astype(power.dtype)
    logarithm = np.log10(np.maximum(mel, 1e-10))
    logarithm = np.maximum(logarithm, logarithm.max() - 8)
    return ((logarithm + 4) / 4).T.astype(np.float32)


def log_mel(samples: np.ndarray) -> np.ndarray:
    """[128, frames] log-mel of 16 kHz samples, as the published models expect it."""
    if len(samples) < SHORTEST_CLIP:
        samples = np.pad(samples, (0, SHORTEST_CLIP - len(samples)))
    return log_mel_of_power(power_spectrum(samples.astype(np.float64)))
