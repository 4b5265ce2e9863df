"""Timed runs of qwen3-asr, for the scripts that compare it."""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parent.parent
Figures = dict[str, float]
Result = TypeVar("Result")
STAGES = ("load", "encode", "prefill", "step", "whole")
MEMORY = ("anonymous memory", "peak memory")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--audio", type=Path, required=True)
    parser.add_argument("--variant", choices=("fp32", "int4"), default="int4")
    parser.add_argument("--tokens", type=int, default=32)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--disturbance", type=float, default=0.01, help="share of others in a good run")
    parser.add_argument("--isa", default="auto", help="of qwen3-asr")
    parser.add_argument("--binary", type=Path, default=ROOT / ".build/release/qwen3-asr")


class MemoryWatch:
    """Samples the memory of a process until it is stopped.

    Soon seldom, and through a file that stays open: what watching costs is taken from the process that is timed.
    """

    def __init__(self, pid: int | str) -> None:
        self.status = os.open(f"/proc/{pid}/status", os.O_RDONLY)
        self.figures = dict.fromkeys(MEMORY, 0.0)
        self.first = self._sample()["anonymous memory"]
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._watch)
        self.thread.start()

    def _sample(self) -> Figures:
        """MB at the moment, and what is at most so far; nothing once the process has ended."""
        try:
            text = os.pread(self.status, 8192, 0).decode()
        except ProcessLookupError:
            return dict.fromkeys(MEMORY, 0.0)
        return {
            name: int(found[1]) / 1024 if (found := re.search(rf"^{field}:\s*(\d+)", text, re.M)) else 0.0
            for name, field in zip(MEMORY, ("RssAnon", "VmHWM"), strict=True)
        }

    def _watch(self) -> None:
        pause = 0.01
        while not self.ended.wait(pause):
            pause = min(0.1, 2 * pause)
            sample = self._sample()
            self.figures = {name: max(self.figures[name], sample[name]) for name in MEMORY}

    def stop(self) -> Figures:
        self.ended.set()
        self.thread.join()
        os.close(self.status)
        return self.figures


def run(options: argparse.Namespace, binary: Path | None = None, *words: object) -> tuple[Figures, list[int]]:
    """Seconds of each stage, MB of memory, and the tokens of one run of options.binary or another one.

    Of a recording of several segments stages are those of all, and a step is the mean of all; tokens are the
    first segment's.
    """
    [record], figures = transcribe(options, binary or options.binary, [options.audio], *words)
    return figures | stages(record), record["segments"][0]["tokens"]


def run_again(options: argparse.Namespace) -> Figures:
    """Seconds of the stages of a second transcription by one process, without load and whole.

    What peers that keep their model loaded are compared with: they, too, have touched all memory before.
    """
    records, _ = transcribe(options, options.binary, [options.audio, options.audio])
    return {name: seconds for name, seconds in stages(records[1]).items() if name != "load"}


def transcribe(
    options: argparse.Namespace, binary: Path, recordings: list[Path], *words: object
) -> tuple[list[dict], Figures]:
    """What one process writes of each recording, with its memory and the time until it ended."""
    command = [binary, "transcribe", "--model", options.model, "--variant", options.variant, *words]
    command += ["--max-new-tokens", options.tokens, "--threads", options.threads, "--isa", options.isa]
    command += ["--format", "json", "--no-repetition-stop", "--quiet", *recordings]
    start = time.perf_counter()
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True)
    watch = MemoryWatch(process.pid)
    output, _ = process.communicate()
    whole = time.perf_counter() - start
    figures = watch.stop()
    if process.returncode:
        sys.exit(f"{binary} ended with {process.returncode}")
    return [json.loads(line) for line in output.splitlines()], figures | {"whole": whole}


def stages(record: dict) -> Figures:
    """Seconds of the stages that a record of one recording tells."""
    timing, segments = record["timing"], record["segments"]
    # The first token of a segment comes from its prefill, and no step follows its last one.
    steps = sum(max(0, len(segment["tokens"]) - 1) for segment in segments)
    names = ("load", "encode", "prefill")
    return {name: timing[name] for name in names} | {"step": timing["decode"] / max(1, steps)}


def processor_seconds() -> tuple[float, float]:
    """What all processes, and on a virtual machine others on its host, have taken, and what this one and its
    children that have ended have."""
    fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    idle = fields[3] + fields[4]
    return (sum(fields) - idle) / os.sysconf("SC_CLK_TCK"), sum(os.times()[:4])


class CalmRuns:
    """Repeats runs in which others took more of the processors than allowed; of four the calmest counts."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.allowed = options.disturbance
        self.shares: list[float] = []

    def __call__(self, run: Callable[[], Result]) -> Result:
        tries: list[tuple[float, Result]] = []
        while len(tries) < 4 and all(share > self.allowed for share, _ in tries):
            start, (all_before, own_before) = time.perf_counter(), processor_seconds()
            result = run()
            elapsed, (all_after, own_after) = time.perf_counter() - start, processor_seconds()
            others = (all_after - all_before) - (own_after - own_before)
            tries.append((max(0, others / elapsed / (os.cpu_count() or 1)), result))
        share, result = min(tries, key=lambda entry: entry[0])
        self.shares.append(share)
        return result


def calm_rounds(options: argparse.Namespace, run_round: Callable[[CalmRuns], Result]) -> list[Result]:
    """Results of the rounds, and a line that says how much others disturbed them."""
    calm = CalmRuns(options)
    results = []
    for number in range(options.repeats):
        results.append(run_round(calm))
        print(f"round {number + 1} of {options.repeats}", file=sys.stderr)
    median, most = 100 * statistics.median(calm.shares), 100 * max(calm.shares)
    print(f"{len(results)} rounds; others took {median:.1f} % of the processors, in one run {most:.1f} %")
    return results
