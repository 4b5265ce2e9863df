#!/usr/bin/env python3
"""Times qwen3-asr and ONNX Runtime in turn on the same model directory and recording, and prints the ratios.

  pip install -r tools/model/requirements.txt
  Benchmarks/compare-onnxruntime.py --model DIR --audio FILE.wav [--variant int4] [--repeats 5]

The recording must be mono at 16 kHz. ONNX Runtime runs with all its optimisations and is fed the tokens that
qwen3-asr chose, so that both do the same work. Its process is Python: what Python and NumPy take to start is not
counted, log-mel and tokenizer neither. Every round runs each engine once; figures are medians of the rounds.
Memory read is the sum of a large array by as many threads, measured in each round between the two.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import soundfile

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

from model.architecture import audio_token_count  # noqa: E402
from model.features import log_mel  # noqa: E402
from model.runner import Runner  # noqa: E402

Figures = dict[str, float]
STAGES = ("load", "encode", "prefill", "step", "whole")
MEMORY = ("anonymous memory", "peak memory")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--audio", type=Path, required=True)
    parser.add_argument("--variant", choices=("fp32", "int4"), default="int4")
    parser.add_argument("--tokens", type=int, default=32)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--isa", default="auto", help="of qwen3-asr")
    parser.add_argument("--alone", action="store_true", help="time qwen3-asr without ONNX Runtime")
    parser.add_argument("--binary", type=Path, default=ROOT / ".build/release/qwen3-asr")
    return parser.parse_args()


def memory(pid: int | str, field: str) -> float:
    """MB of a field of /proc/PID/status; 0 once the process has ended."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0


class MemoryWatch:
    """Samples the memory of a process until it is stopped."""

    def __init__(self, pid: int | str) -> None:
        self.pid, self.anonymous, self.peak = pid, 0.0, 0.0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._watch)
        self.thread.start()

    def _watch(self) -> None:
        while not self.ended.wait(0.02):
            self.anonymous = max(self.anonymous, memory(self.pid, "RssAnon"))
            self.peak = max(self.peak, memory(self.pid, "VmHWM"))

    def stop(self) -> Figures:
        self.ended.set()
        self.thread.join()
        return dict(zip(MEMORY, (self.anonymous, self.peak), strict=True))


def own_run(options: argparse.Namespace) -> tuple[Figures, list[int]]:
    command = [options.binary, "transcribe", "--model", options.model, "--variant", options.variant]
    command += ["--max-new-tokens", options.tokens, "--threads", options.threads, "--isa", options.isa]
    command += ["--format", "json", "--no-repetition-stop", "--quiet", options.audio]
    start = time.perf_counter()
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True)
    watch = MemoryWatch(process.pid)
    output, _ = process.communicate()
    whole = time.perf_counter() - start
    figures = watch.stop()
    if process.returncode:
        sys.exit(f"{options.binary} ended with {process.returncode}")
    record = json.loads(output)
    timing, tokens = record["timing"], record["segments"][0]["tokens"]
    # The first token comes from the prefill, and no step follows the last one.
    step = timing["decode"] / max(1, len(tokens) - 1)
    stages = (timing["load"], timing["encode"], timing["prefill"], step, whole)
    return figures | dict(zip(STAGES, stages, strict=True)), tokens


class Peer:
    """ONNX Runtime with its sessions loaded once."""

    def __init__(self, options: argparse.Namespace) -> None:
        watch = MemoryWatch("self")
        before = memory("self", "RssAnon")
        start = time.perf_counter()
        self.runner = Runner(options.model, options.variant, options.threads)
        self.load = time.perf_counter() - start
        self.memory = watch.stop()
        self.memory["anonymous memory"] -= before
        samples, rate = soundfile.read(options.audio, dtype="float32")
        if rate != 16_000 or samples.ndim != 1:
            sys.exit(f"{options.audio}: not mono at 16 kHz")
        self.mel = log_mel(samples)

    def run(self, tokens: list[int]) -> Figures:
        times = [time.perf_counter()]
        encoded = self.runner.encode(self.mel)
        times.append(time.perf_counter())
        ids = self.runner.prompt.ids(audio_token_count(self.mel.shape[1]))
        call = self.runner.prefill(ids, encoded.outputs["audio_features"])
        times.append(time.perf_counter())
        for token in tokens[:-1]:
            call = self.runner.step(token, call)
        times.append(time.perf_counter())
        encode, prefill, decode = np.diff(times)
        stages = (self.load, encode, prefill, decode / max(1, len(tokens) - 1), self.load + times[-1] - times[0])
        return self.memory | dict(zip(STAGES, stages, strict=True))


def read_bandwidth(threads: int, array: np.ndarray) -> float:
    """GB/s."""
    parts = np.array_split(array, threads)
    workers = [threading.Thread(target=np.sum, args=(part,)) for part in parts]
    start = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return array.nbytes / 1e9 / (time.perf_counter() - start)


def main() -> None:
    options = arguments()
    _, tokens = own_run(options)
    peer = None if options.alone else Peer(options)
    array = np.ones(1 << 27, np.float32)
    own: list[Figures] = []
    others: list[Figures] = []
    bandwidths: list[float] = []
    for round_number in range(options.repeats):
        own.append(own_run(options)[0])
        bandwidths.append(read_bandwidth(options.threads, array))
        if peer:
            others.append(peer.run(tokens))
        print(f"round {round_number + 1} of {options.repeats}", file=sys.stderr)

    print(f"{os.cpu_count()} processors, {options.threads} threads, {options.variant}, {len(tokens)} tokens")
    print(f"memory read {statistics.median(bandwidths):.1f} GB/s\n")
    print("| | qwen3-asr | ONNX Runtime | ratio |\n| --- | --- | --- | --- |")
    for name in STAGES + MEMORY:
        scale, unit = (1, "MB") if name in MEMORY else (1000, "ms")
        mine = scale * statistics.median(figures[name] for figures in own)
        if not others:
            print(f"| {name} | {mine:.1f} {unit} | | |")
            continue
        other = scale * statistics.median(figures[name] for figures in others)
        print(f"| {name} | {mine:.1f} {unit} | {other:.1f} {unit} | {mine / other:.3f} |")


if __name__ == "__main__":
    main()
