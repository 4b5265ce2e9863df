#!/usr/bin/env python3
"""Times two builds of qwen3-asr in turn on the same model directory and recording, and prints the ratios.

  Benchmarks/compare-binaries.py BEFORE AFTER --model DIR --audio FILE.wav [--repeats 5]
  Benchmarks/compare-binaries.py BINARY --isa avx512 --other-isa avx2 --model DIR --audio FILE.wav
  Benchmarks/compare-binaries.py BINARY --other-audio LONG.wav --segment-seconds 160 --model DIR --audio FILE.wav

BEFORE may be built from an earlier commit; both need their resource bundles beside them. One binary is compared
with itself on another instruction set or recording; without these its times are printed. Every round runs each
once, in either order. The least of each stage says most on a
machine that others use too; medians and the extremes tell how far to trust it.

--segment-seconds makes long recordings one segment, for steps with many positions. --pause waits before every run:
on virtual machines that return free memory to their host, runs that follow each other at once find it still there.
"""

import argparse
import statistics
import time
from pathlib import Path

import engine
from engine import MEMORY, STAGES, CalmRuns, Figures


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("binaries", type=Path, nargs="+", metavar="BINARY", help="one or two")
    parser.add_argument("--segment-seconds", type=float)
    parser.add_argument("--pause", type=float, default=0, help="seconds before every run")
    parser.add_argument("--other-isa", help="of a second run of one binary")
    parser.add_argument("--other-audio", type=Path, help="of a second run of one binary")
    engine.add_arguments(parser)
    options = parser.parse_args()
    if len(options.binaries) > 2:
        parser.error("more than two binaries")
    if len(options.binaries) == 2 and (options.other_isa or options.other_audio):
        parser.error("two binaries run on the same instruction set and recording")
    return options


def runs(options: argparse.Namespace) -> list[tuple[str, argparse.Namespace]]:
    """What is run in turn, with its name."""

    def run(name: str, **settings: object) -> tuple[str, argparse.Namespace]:
        return name, argparse.Namespace(**vars(options) | settings)

    result = [run(str(binary), binary=binary.resolve()) for binary in options.binaries]
    other = {"isa": options.other_isa, "audio": options.other_audio}
    if other := {name: value for name, value in other.items() if value}:
        result.append(run(", ".join(map(str, other.values())), binary=result[0][1].binary, **other))
    return result


def cells(rounds: list[Figures], name: str) -> list[str]:
    """The least, the median and the largest of a figure."""
    values = [figures[name] for figures in rounds]
    scale, unit = (1, "MB") if name in MEMORY else (1e3, "ms")
    least, median, most = (
        f"{value * scale:.1f}" for value in (min(values), statistics.median(values), max(values))
    )
    return [f"{least} {unit}", f"{median} (up to {most})"]


def main() -> None:
    options = arguments()
    words = ["--segment-seconds", options.segment_seconds] if options.segment_seconds else []
    compared = runs(options)
    number = 0

    def transcription(run: argparse.Namespace) -> Figures:
        time.sleep(options.pause)
        return engine.run(run, run.binary, *words)[0]

    def run_round(calm: CalmRuns) -> list[Figures]:
        nonlocal number
        number += 1
        order = list(enumerate(compared))[:: 1 if number % 2 else -1]
        results = {}
        for index, (_, run) in order:
            results[index] = calm(lambda run=run: transcription(run))
        return [results[index] for index in range(len(compared))]

    rounds = engine.calm_rounds(options, run_round)
    columns = list(zip(*rounds, strict=True))
    header = [f"{name}, least | median" for name, _ in compared]
    if len(columns) == 2:
        header.append("ratio of the least | of the medians")
    print(f"{options.variant}, {options.isa}, {options.threads} threads, {options.tokens} tokens\n")
    print(f"| | {' | '.join(header)} |\n|{' --- |' * (1 + 2 * len(header))}")
    for name in STAGES + MEMORY:
        row = [cell for column in columns for cell in cells(column, name)]
        if len(columns) == 2:
            before, after = ([figures[name] for figures in column] for column in columns)
            row += [
                f"{min(after) / min(before):.3f}",
                f"{statistics.median(after) / statistics.median(before):.3f}",
            ]
        print(f"| {name} | {' | '.join(row)} |")


if __name__ == "__main__":
    main()
