#!/usr/bin/env python3
"""Measures what recording a profile costs a decoding step, and what being able to costs where it is off.

  Benchmarks/recording-cost.py [--model DIR] [--audio FILE.wav] [--baseline BINARY] [--rounds 10]

Each round transcribes the recording several times in one process without recording, and in another one with it; with
--baseline also with a program that cannot record, such as one built from an earlier commit. What is compared is the
time of decoding divided by its steps. On a machine with other work only the quickest runs say something, so the ratios
are those of the minimum and of the tenth percentile; the ratio of two halves of the runs without recording tells how
much of a ratio is chance.
"""

import argparse
import json
import subprocess
import sys
import tempfile
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
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--runs", type=int, default=20, help="transcriptions of a process")
    return parser.parse_args()


def settings(options: argparse.Namespace) -> list[str]:
    model = ["--model", options.model] if options.model else []
    words = [*model, "--max-new-tokens", options.tokens, "--no-repetition-stop", "--threads", options.threads]
    return [str(word) for word in words]


def run(command: list[str]) -> str:
    process = subprocess.run(command, capture_output=True, text=True)
    if process.returncode:
        sys.exit(f"{command[0]} ended with {process.returncode}: {process.stderr}")
    return process.stdout


def without(binary: Path, options: argparse.Namespace) -> list[float]:
    """Seconds of a decoding step in each transcription; the first one warms up."""
    recordings = [str(options.audio)] * (options.runs + 1)
    output = run([str(binary), "transcribe", *settings(options), "--format", "json", "--quiet", *recordings])
    times = []
    for line in output.splitlines()[1:]:
        record = json.loads(line)
        segment = record["segments"][0]
        # The end's token is chosen but not among the tokens, and no step follows it; nor the budget's last one.
        steps = len(segment["tokens"]) - (segment["finish_reason"] != "eos")
        times.append(record["timing"]["decode"] / max(1, steps))
    return times


def recorded(options: argparse.Namespace) -> list[float]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "profile.json"
        command = [str(options.binary), "profile", *settings(options), "--repeat", str(options.runs)]
        run([*command, "--json", str(file), str(options.audio)])
        profile = json.loads(file.read_text())
    times = next(stage["times"] for stage in profile["stages"] if stage["name"] == "decode")
    return [time / max(1, len(steps)) for time, steps in zip(times, profile["steps"], strict=True)]


def main() -> None:
    options = arguments()
    kinds: dict[str, list[float]] = {"off": [], "on": []}
    if options.baseline:
        kinds["baseline"] = []
    for number in range(options.rounds):
        # In turn, and not always in the same order.
        order = list(kinds)[:: 1 if number % 2 else -1]
        for kind in order:
            if kind == "on":
                kinds[kind] += recorded(options)
            else:
                kinds[kind] += without(options.binary if kind == "off" else options.baseline, options)
        print(f"round {number + 1} of {options.rounds}", file=sys.stderr)

    def line(name: str, times: np.ndarray, reference: np.ndarray) -> str:
        best, low = times.min(), np.percentile(times, 10)
        ratios = [best / reference.min(), low / np.percentile(reference, 10)]
        return f"| {name} | {best * 1e3:.3f} ms | {low * 1e3:.3f} ms | " + " | ".join(f"{r:.4f}" for r in ratios) + " |"

    off = np.array(kinds["off"])
    print("| a decoding step | minimum | tenth percentile | ratio | ratio |\n| --- | --- | --- | --- | --- |")
    print(line("not recorded", off, off))
    print(line("recorded", np.array(kinds["on"]), off))
    if options.baseline:
        print(line("cannot record", np.array(kinds["baseline"]), off))
    print(line("not recorded, every other one", off[::2], off[1::2]))


if __name__ == "__main__":
    main()
