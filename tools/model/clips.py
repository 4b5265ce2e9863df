"""Spoken digits to learn from: recordings of people and synthetic voices, as 16 kHz float32."""

import pickle
import random
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import gcd
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import resample_poly

from .features import SAMPLE_RATE
from .tokenizer import DIGITS

ACCENTS = (
    "en-us", "en-gb", "en-gb-scotland", "en-gb-x-gbclan", "en-gb-x-rp", "en-029", "en-us-nyc",
)  # fmt: skip
VARIANTS = (
    "", "f1", "f2", "f3", "f5", "m1", "m2", "m3", "m4", "m5", "m7", "m8", "adam", "Alex", "Alicia", "Andy",
    "Annie", "antonio", "aunty", "belinda", "benjamin", "boris", "caleb", "david", "Denis", "Diogo", "ed",
    "edward", "Gene", "gustave", "announcer", "Henrique", "Hugo", "iven", "iven3", "Jacky", "john", "Lee",
    "linda", "marcelo", "Marco", "Mario", "max", "Michael", "miguel", "Mike", "pablo", "paul", "pedro",
    "quincy", "robert", "steph", "steph3", "zac", "anika", "grandma", "grandpa", "klatt", "klatt3", "klatt5",
    "norbert", "sandro", "shelby", "travis", "victor",
)  # fmt: skip
HELD_OUT_ACCENTS = ("en-gb-x-gbcwmd",)
HELD_OUT_VARIANTS = ("f4", "m6", "Andrea", "rob")
FLITE_VOICES = ("kal16", "awb", "rms", "slt")


@dataclass(frozen=True)
class Clip:
    samples: np.ndarray
    digits: tuple[int, ...]


def resampled(samples: np.ndarray, rate: int, new_rate: int = SAMPLE_RATE) -> np.ndarray:
    if rate != new_rate:
        divisor = gcd(rate, new_rate)
        samples = resample_poly(samples, new_rate // divisor, rate // divisor)
    return samples.astype(np.float32)


def trimmed(samples: np.ndarray) -> np.ndarray:
    """Without the silence a synthesiser adds at both ends."""
    loud = np.flatnonzero(np.abs(samples) > 0.01 * np.abs(samples).max(initial=0))
    return samples[max(0, loud[0] - 160) : loud[-1] + 320] if len(loud) else samples


def recordings(directory: Path, person: str) -> list[Clip]:
    """One person's clips of the Free Spoken Digit Dataset, named DIGIT_PERSON_INDEX.wav."""
    clips = []
    for path in sorted(directory.glob(f"?_{person}_*.wav")):
        samples, rate = soundfile.read(path, dtype="float32")
        clips.append(Clip(resampled(samples, rate), (int(path.name[0]),)))
    if not clips:
        raise FileNotFoundError(f"no recordings of {person} in {directory}")
    return clips


def persons(directory: Path) -> list[str]:
    return sorted({path.name.split("_")[1] for path in directory.glob("?_*_*.wav")})


def synthesised(command: list[str]) -> np.ndarray:
    wav = subprocess.run(command, capture_output=True, check=True).stdout
    # The header of a streamed WAV file states no true length, which soundfile would refuse.
    header, rate = wav.index(b"data") + 8, int.from_bytes(wav[24:28], "little")
    return trimmed(resampled(np.frombuffer(wav[header : len(wav) // 2 * 2], "<i2") / 32768.0, rate))


def espeak(text: str, voice: str, speed: int, pitch: int, gap: int = 0) -> np.ndarray:
    options = ["-v", voice, "-s", str(speed), "-p", str(pitch), "-g", str(gap)]
    return synthesised(["espeak-ng", *options, "--stdout", text])


def flite(text: str, voice: str, stretch: float, pitch: int) -> np.ndarray:
    options = [f"duration_stretch={stretch}", f"int_f0_target_mean={pitch}"]
    settings = [part for option in options for part in ("--setf", option)]
    return synthesised(["flite", "-voice", voice, *settings, "-t", text, "-o", "/dev/stdout"])


def spoken(digits: tuple[int, ...], separator: str) -> str:
    return separator.join(DIGITS[digit] for digit in digits)


def random_digits(random_source: random.Random, shortest: int, longest: int) -> tuple[int, ...]:
    return tuple(random_source.randrange(10) for _ in range(random_source.randint(shortest, longest)))


def espeak_clips(
    seed: int, accents: tuple[str, ...], variants: tuple[str, ...], sets: int, strings: int, shortest: int = 1
) -> list[Clip]:
    """`sets` times all ten digits, each set by a voice of its own, and `strings` said in one go."""
    random_source = random.Random(seed)

    def voice() -> tuple[str, int, int]:
        accent, variant = random_source.choice(accents), random_source.choice(variants)
        name = f"{accent}+{variant}" if variant else accent
        return name, random_source.randint(110, 220), random_source.randint(25, 75)

    jobs: list[tuple[tuple[int, ...], tuple]] = []
    for _ in range(sets):
        name, speed, pitch = voice()
        jobs += [((digit,), (DIGITS[digit], name, speed, pitch)) for digit in range(10)]
    for _ in range(strings):
        digits = random_digits(random_source, shortest, 8)
        separator = random_source.choice((" ", " ", " ", ", ", "; ", ". "))
        gap = random_source.choice((0, 0, 0, 2, 10))
        jobs.append((digits, (spoken(digits, separator), *voice(), gap)))
    with ThreadPoolExecutor(2) as pool:
        samples = pool.map(lambda job: espeak(*job[1]), jobs)
        return [Clip(sound, digits) for sound, (digits, _) in zip(samples, jobs, strict=True)]


def flite_clips(seed: int, sets: int, strings: int) -> list[Clip]:
    random_source = random.Random(seed)
    jobs: list[tuple[tuple[int, ...], tuple]] = []

    def settings() -> tuple[str, float, int]:
        voice = random_source.choice(FLITE_VOICES)
        usual_pitch = 170 if voice == "slt" else 105
        return voice, random_source.uniform(0.8, 1.4), int(usual_pitch * random_source.uniform(0.8, 1.25))

    for _ in range(sets):
        chosen = settings()
        jobs += [((digit,), (DIGITS[digit], *chosen)) for digit in range(10)]
    for _ in range(strings):
        digits = random_digits(random_source, 2, 8)
        jobs.append((digits, (spoken(digits, random_source.choice((" ", ", "))), *settings())))
    with ThreadPoolExecutor(2) as pool:
        samples = pool.map(lambda job: flite(*job[1]), jobs)
        return [Clip(sound, digits) for sound, (digits, _) in zip(samples, jobs, strict=True)]


def cached(path: Path, make) -> list[Clip]:
    if path.exists():
        return pickle.loads(path.read_bytes())
    clips = make()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pickle.dumps(clips))
    return clips


def split_sets(clips: list[Clip]) -> tuple[list[list[Clip]], list[Clip]]:
    """The leading sets of ten digits, each by one voice, and the strings after them."""
    count = 0
    while [clip.digits for clip in clips[count : count + 10]] == [(digit,) for digit in range(10)]:
        count += 10
    return [clips[start : start + 10] for start in range(0, count, 10)], clips[count:]


@dataclass(frozen=True)
class Sources:
    """What to learn from; `synthetic` holds the ten digits of one voice after another."""

    people: dict[str, list[Clip]]
    synthetic: list[list[Clip]]
    strings: list[Clip]

    @staticmethod
    def load(fsdd: Path, cache: Path, hold_out: tuple[str, ...], all_accents: bool = False) -> "Sources":
        made = cached(cache / "espeak.pickle", lambda: espeak_clips(1, ACCENTS, VARIANTS, 300, 3500))
        espeak_sets, espeak_strings = split_sets(made)
        flite_sets, flite_strings = split_sets(
            cached(cache / "flite.pickle", lambda: flite_clips(2, 30, 600))
        )
        if all_accents:
            more_sets, more_strings = split_sets(
                cached(
                    cache / "espeak-held-out-accents.pickle",
                    lambda: espeak_clips(4, HELD_OUT_ACCENTS, VARIANTS, 60, 600),
                )
            )
            espeak_sets, espeak_strings = espeak_sets + more_sets, espeak_strings + more_strings
        return Sources(
            people={name: recordings(fsdd, name) for name in persons(fsdd) if name not in hold_out},
            # Few, but made from recordings of people: they are drawn more often.
            synthetic=espeak_sets + 4 * flite_sets,
            strings=espeak_strings + 2 * flite_strings,
        )
