#!/usr/bin/env python3
"""Makes the files in Tests/Fixtures/audio, all of them from synthetic signals.

Needs Python 3.9 and FFmpeg with libvorbis, libopus and libmp3lame; no Python packages. Run it from anywhere:

    python3 tools/audio-fixtures.py

chirp.*      1.5 s that sweep from 200 to 3,000 Hz, at 44.1 kHz in stereo, in one format after another. The tests
             compute the same sweep and compare. Some of the formats are there to be refused.
mel.wav      0.61 s of tones, noise and silence at 16 kHz.
mel.f32      Its log-mel spectrogram, [128, 61] little-endian float32, by a plain O(n^2) transform in float64.
"""

import array
import math
import pathlib
import subprocess
import sys
import wave

OUT = pathlib.Path(__file__).resolve().parent.parent / "Tests" / "Fixtures" / "audio"

# How ffmpeg is to write each format. `vbr.mp3` has no table of contents, and begins with its loudest frames.
ENCODERS = {
    "chirp.flac": ["-c:a", "flac", "-ac", "1"],
    "chirp.ogg": ["-c:a", "libvorbis", "-q:a", "4"],
    "chirp.opus": ["-c:a", "libopus", "-b:a", "64k"],
    "chirp.mp3": ["-c:a", "libmp3lame", "-b:a", "96k"],
    "vbr.mp3": ["-c:a", "libmp3lame", "-q:a", "4", "-write_xing", "0", "-id3v2_version", "0"],
    "chirp.m4a": ["-c:a", "aac", "-b:a", "48k"],
    "chirp.aac": ["-c:a", "aac", "-b:a", "48k"],
    "chirp.webm": ["-c:a", "libopus", "-b:a", "32k"],
    "chirp.mka": ["-c:a", "libvorbis", "-q:a", "0"],
}


def write_wav(path, channels, rate, values):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        samples = array.array("h", values)
        if sys.byteorder == "big":
            samples.byteswap()
        file.writeframes(samples.tobytes())


def chirp(rate, duration=1.5):
    """Sweeps 200 Hz to 3,000 Hz; the second channel is the first one at half its strength."""
    values = []
    for n in range(int(rate * duration)):
        t = n / rate
        value = 0.5 * math.sin(2 * math.pi * (200 * t + 2800 / (2 * duration) * t * t))
        values += [round(value * 32767), round(value * 16383.5)]
    return values


def noisy_then_silent(rate, duration=6.0):
    """Half a second of noise, then a faint tone: the first frames need many more bits than the rest."""
    values, state = [], 1
    for n in range(int(rate * duration)):
        state = (state * 1103515245 + 12345) % 2**31
        noise = (state / 2**30 - 1) * 12000 if n < rate / 2 else 0
        value = round(noise + 300 * math.sin(2 * math.pi * 440 * n / rate))
        values += [value, value]
    return values


def mel_signal():
    values, state = [], 7
    for n in range(9_777):
        state = (state * 1103515245 + 12345) % 2**31
        noise = state / 2**30 - 1
        tones = math.sin(0.05 * n) + 0.3 * math.sin(0.9 * n + 1) + 0.01 * math.sin(2.7 * n)
        value = 0.4 * tones + 0.05 * noise if n < 6_000 else 0.001 * noise if n < 8_000 else 0
        values.append(round(value * 32767))
    return values


def log_mel(samples):
    """Whisper's log-mel spectrogram by its definition."""
    n_fft, hop, bands = 400, 160, 128

    def mel(f):
        return f * 3 / 200 if f < 1000 else 15 + math.log(f / 1000) * 27 / math.log(6.4)

    def hertz(m):
        return m * 200 / 3 if m < 15 else 1000 * math.exp((m - 15) * math.log(6.4) / 27)

    corners = [hertz(mel(8000) * i / (bands + 1)) for i in range(bands + 2)]
    bins = n_fft // 2 + 1
    filters = []
    for low, centre, high in zip(corners, corners[1:], corners[2:]):
        rise = [(40 * k - low) / (centre - low) for k in range(bins)]
        fall = [(high - 40 * k) / (high - centre) for k in range(bins)]
        filters.append([max(0, min(pair)) * 2 / (high - low) for pair in zip(rise, fall)])

    half = n_fft // 2
    padded = samples[half:0:-1] + samples + samples[-2 : -half - 2 : -1]
    window = [0.5 - 0.5 * math.cos(2 * math.pi * n / n_fft) for n in range(n_fft)]
    cosine = [math.cos(2 * math.pi * n / n_fft) for n in range(n_fft)]
    sine = [math.sin(2 * math.pi * n / n_fft) for n in range(n_fft)]
    columns = []
    for start in range(0, len(samples) // hop * hop, hop):
        frame = [a * b for a, b in zip(padded[start : start + n_fft], window)]
        power = []
        for k in range(bins):
            real = math.fsum(x * cosine[n * k % n_fft] for n, x in enumerate(frame))
            imaginary = math.fsum(x * sine[n * k % n_fft] for n, x in enumerate(frame))
            power.append(real * real + imaginary * imaginary)
        column = [math.fsum(a * b for a, b in zip(row, power)) for row in filters]
        columns.append([math.log10(max(x, 1e-10)) for x in column])
    greatest = max(map(max, columns))
    return [(max(column[band], greatest - 8) + 4) / 4 for band in range(bands) for column in columns]


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    for name, options in ENCODERS.items():
        source = OUT / "source.wav"
        write_wav(source, 2, 44_100, noisy_then_silent(44_100) if name == "vbr.mp3" else chirp(44_100))
        exact = ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact"]
        command = ["ffmpeg", "-v", "error", "-y", "-i", str(source), *options, *exact, str(OUT / name)]
        subprocess.run(command, check=True)
        source.unlink()

    signal = mel_signal()
    write_wav(OUT / "mel.wav", 1, 16_000, signal)
    values = array.array("f", log_mel([value / 32768 for value in signal]))
    if sys.byteorder == "big":
        values.byteswap()
    (OUT / "mel.f32").write_bytes(values.tobytes())


if __name__ == "__main__":
    main()
