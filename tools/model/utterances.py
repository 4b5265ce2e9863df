"""Composes training utterances: strings of digits, and recordings in which nobody speaks."""

from dataclasses import dataclass

import numpy as np

from . import augment
from .clips import Clip, Sources
from .features import HOP, SAMPLE_RATE, SHORTEST_CLIP, log_mel_of_power, power_spectrum


@dataclass(frozen=True)
class Utterance:
    mel: np.ndarray
    digits: tuple[int, ...]


class Composer:
    """An endless source of random utterances.

    `progress` (0 to 1) is how far training has come: it starts with short strings and ends with a
    share of long ones.
    """

    def __init__(self, sources: Sources, seed: int) -> None:
        self.sources = sources
        self.random = np.random.default_rng(seed)
        self.noise = augment.NoiseBank(self.random)
        self.rooms = augment.Rooms(self.random)
        self.by_digit = {
            name: [[clip for clip in clips if clip.digits[0] == digit] for digit in range(10)]
            for name, clips in sources.people.items()
        }
        self.names = list(self.by_digit)

    def utterance(self, progress: float) -> Utterance:
        if self.random.random() < 0.12:
            return self.without_speech(progress)
        return self.speech(progress)

    # MARK: Speech

    def speech(self, progress: float) -> Utterance:
        clips, gap = self.chosen_clips(progress)
        speed = self.random.uniform(0.75, 1.28)
        pieces = [np.zeros(self.silence(0.35, 1.2), np.float32)]
        for index, clip in enumerate(clips):
            if index:
                pieces.append(np.zeros(self.silence(gap, 1.5), np.float32))
            samples = self.with_weak_onset(clip.samples)
            pieces.append(self.at_speed(samples, speed * self.random.uniform(0.9, 1.1)))
        pieces.append(np.zeros(self.silence(0.35, 1.2), np.float32))
        samples = np.concatenate(pieces)
        if progress > 0.5 and self.random.random() < 0.01:
            blank = np.zeros(self.random.integers(2, 15) * SAMPLE_RATE, np.float32)
            samples = np.concatenate([samples, blank][:: self.random.choice((-1, 1))])
        return Utterance(self.recorded(samples), tuple(digit for clip in clips for digit in clip.digits))

    def chosen_clips(self, progress: float) -> tuple[list[Clip], float]:
        """Clips to join, and the mean gap between them in seconds."""
        draw = self.random.random()
        gap = self.random.choice((0.0, 0.06, 0.15, 0.4), p=(0.15, 0.35, 0.35, 0.15))
        count = self.count(progress)
        if draw < 0.5:
            names = self.random.choice(self.names, count if self.random.random() < 0.35 else 1)
            people = [self.by_digit[names[index % len(names)]] for index in range(count)]
            return [self.pick(person[self.random.integers(10)]) for person in people], gap
        if draw < 0.74:
            voice = self.sources.synthetic[self.random.integers(len(self.sources.synthetic))]
            return [self.pick(voice) for _ in range(count)], gap
        clip = self.pick(self.sources.strings)
        while progress < 0.2 and len(clip.digits) > 3:
            clip = self.pick(self.sources.strings)
        clips = [clip]
        while sum(len(clip.digits) for clip in clips) < count - 4:
            clips.append(self.pick(self.sources.strings))
        return clips, 0.4

    def count(self, progress: float) -> int:
        if progress < 0.2:
            return int(self.random.integers(1, 4))
        if progress > 0.5 and self.random.random() < 0.06:
            return int(self.random.integers(9, 41 if self.random.random() < 0.15 else 21))
        return int(self.random.integers(1, 9))

    def pick(self, clips: list[Clip]) -> Clip:
        return clips[self.random.integers(len(clips))]

    def silence(self, mean: float, longest: float) -> int:
        return int(min(self.random.exponential(mean), longest) * SAMPLE_RATE) if mean else 0

    def with_weak_onset(self, samples: np.ndarray) -> np.ndarray:
        """Sometimes without the first consonant's beginning, which narrow bands and quiet speakers lose."""
        if self.random.random() > 0.35:
            return samples
        length = min(int(self.random.uniform(0.02, 0.12) * SAMPLE_RATE), len(samples) // 3)
        gain = np.ones(len(samples), np.float32)
        gain[:length] = np.linspace(self.random.uniform(0, 0.3), 1, length)
        return samples * gain

    def at_speed(self, samples: np.ndarray, speed: float) -> np.ndarray:
        positions = np.arange(0, len(samples) - 1, speed)
        changed = np.interp(positions, np.arange(len(samples)), samples).astype(np.float32)
        level = 0.1 * 10 ** (self.random.normal(0, 2) / 20)
        return changed * (level / augment.root_mean_square(changed))

    # MARK: No speech

    def without_speech(self, progress: float) -> Utterance:
        longest = 4 if progress < 0.2 else 9
        length = int(self.random.uniform(0.3, longest) * SAMPLE_RATE)
        if progress > 0.5 and self.random.random() < 0.03:
            length = int(self.random.uniform(9, 50) * SAMPLE_RATE)
        samples = np.zeros(length, np.float32)
        if self.random.random() < 0.85:
            makers = (self.noise.piece, self.noise.piece, self.noise.hum, augment.tones, augment.clicks)
            for _ in range(self.random.choice((1, 1, 2))):
                make = makers[self.random.integers(len(makers))]
                samples += make(self.random, length) * self.level(-90, -8)
            if self.random.random() < 0.15:
                samples[: self.random.integers(length)] = 0
        return Utterance(self.features(samples, speech=False), ())

    def level(self, quietest: float, loudest: float) -> float:
        return 10 ** (self.random.uniform(quietest, loudest) / 20)

    # MARK: Recording

    def recorded(self, samples: np.ndarray) -> np.ndarray:
        draw = self.random.random
        if draw() < 0.3:
            samples = self.rooms.reverberate(self.random, samples)
        loudness = augment.root_mean_square(samples)
        if draw() < 0.7:
            noise = self.noise.piece(self.random, len(samples))
            samples = samples + noise * (loudness * self.level(-60, -4))
        if draw() < 0.1:
            other = (self.noise.hum, augment.tones, augment.clicks)[self.random.integers(3)]
            samples = samples + other(self.random, len(samples)) * (loudness * self.level(-50, -12))
        samples = samples * (self.level(-30, 0) / max(float(np.abs(samples).max()), 1e-4))
        if draw() < 0.04:
            samples = np.clip(samples * 10, -self.random.uniform(0.3, 1) * np.abs(samples).max() * 10, None)
            samples = samples / np.abs(samples).max()
        if draw() < 0.08:
            samples = augment.mu_law(samples)
        return self.features(samples, speech=True)

    def features(self, samples: np.ndarray, speech: bool) -> np.ndarray:
        if self.random.random() < 0.5:
            samples = np.round(samples * 32768) / 32768
        if len(samples) < SHORTEST_CLIP:
            samples = np.pad(samples, (0, SHORTEST_CLIP - len(samples)))
        samples = samples.astype(np.float32)[: len(samples) // HOP * HOP]
        power = power_spectrum(samples)
        if self.random.random() < 0.9:
            power = power * augment.response(self.random)
        warp = round(self.random.uniform(0.78, 1.24) * 50) / 50 if speech else 1.0
        mel = log_mel_of_power(power, warp)
        if speech and self.random.random() < 0.75:
            augment.mask_patches(self.random, mel)
        return mel
