#!/usr/bin/env python3
"""Measures what recording a profile costs a decoding step, and what being able to record costs where it is off.

  Benchmarks/recording-cost.py [--model DIR] [--audio FILE.wav] [--repeats 200] [--baseline BINARY]

One process transcribes the recording with and without recording in turn; what is compared is the time of decoding
divided by its steps. The runs come in fours, two recorded ones and two others, whose sums make one ratio each; the
median of these is the cost, given with its standard error (bootstrapped). Other work on the machine slows whole fours
down, but seldom one kind of run. Beside it there are ratios of the minimum, the tenth percentile and the median of all
runs; the last row of the table compares two halves of the runs that were not recorded, which tells how much of such a
ratio is chance.

With --baseline, a program that cannot record, such as one built from an earlier commit, transcribes the recording in
turn with this one, in a process each for every round. One process differs from the next by a percent, so it takes some
hundred rounds to see less; their ratios' median is given likewise.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, help="default: the bundled pocket model")
    parser.add_argument("--audio", type=Path, default=ROOT / "Tests/Fixtures/speech/four-two-seven.wav")
    parser.add_argument("--binary", type=Path, default=ROOT / ".build/release/qwen3-asr")
    parser.add_argument("--baseline", type=Path)
    parser.add_argument("--tokens", type=int, default=32)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=10, help="with --baseline")
    options = parser.parse_args()
    # Runs of each kind come in pairs.
    options.repeats += options.repeats % 2
    return options


def run(binary: Path, command: str, options: argparse.Namespace, *words: object) -> str:
    model = ["--model", options.model] if options.model else []
    settings = [*model, "--max-new-tokens", options.tokens, "--no-repetition-stop", "--threads", options.threads]
    line = [str(word) for word in (binary, command, *settings, *words)]
    process = subprocess.run(line, capture_output=True, text=True)
    if process.returncode:
        sys.exit(f"{binary} ended with {process.returncode}: {process.stderr}")
    return process.stdout


def transcribed(binary: Path, options: argparse.Namespace) -> list[float]:
    """Seconds of decoding in each transcription of one process; the first one warms up."""
    count = max(2, options.repeats // options.rounds)
    output = run(binary, "transcribe", options, "--format", "json", "--quiet", *[options.audio] * (count + 1))
    return [json.loads(line)["timing"]["decode"] for line in output.splitlines()[1:]]


def figures(times: np.ndarray) -> np.ndarray:
    return np.array([times.min(), np.percentile(times, 10), np.median(times)])


def median_of(ratios: np.ndarray) -> str:
    """The median with its standard error."""
    random = np.random.default_rng(0)
    medians = [np.median(random.choice(ratios, len(ratios))) for _ in range(1000)]
    return f"{np.median(ratios):.4f} ± {np.std(medians):.4f}"


def table(title: str, rows: dict[str, np.ndarray], reference: np.ndarray) -> None:
    print(f"| {title} | minimum | 10th percentile | median | ratios |\n| --- | --- | --- | --- | --- |")
    for name, times in rows.items():
        compared = reference[1::2] if name.endswith("half") else reference
        cells = [f"{value * 1e3:.3f} ms" for value in figures(times)]
        ratios = ", ".join(f"{ratio:.3f}" for ratio in figures(times) / figures(compared))
        print(f"| {name} | {' | '.join(cells)} | {ratios} |")


def main() -> None:
    options = arguments()
    words = ["--recording-cost", "--repeat", options.repeats, options.audio]
    cost = json.loads(run(options.binary, "profile", options, *words))
    off = np.array(cost["unrecorded"])
    rows = {"not recorded": off, "recorded": np.array(cost["recorded"]), "not recorded, one half": off[::2]}
    table("a decoding step", rows, off)
    fours = rows["recorded"].reshape(-1, 2).sum(1) / off.reshape(-1, 2).sum(1)
    print(f"\nrecorded to not recorded, median of fours: {median_of(fours)}")
    if options.baseline:
        own: list[float] = []
        others: list[float] = []
        rounds: list[float] = []
        for number in range(options.rounds):
            for binary, times in [(options.binary, own), (options.baseline, others)][:: 1 if number % 2 else -1]:
                times += transcribed(binary, options)
            count = len(own) // (number + 1)
            rounds.append(np.median(own[-count:]) / np.median(others[-count:]))
        off = np.array(own)
        rows = {"this program": off, "one that cannot record": np.array(others), "this program, one half": off[::2]}
        print()
        table("decoding", rows, off)
        print(f"\nthis program to one that cannot record, median of rounds: {median_of(np.array(rounds))}")


if __name__ == "__main__":
    main()
