#!/usr/bin/env python3
"""Times qwen3-asr and ONNX Runtime in turn on the same model directory and recording, and prints the ratios.

  pip install -r tools/model/requirements.txt
  Benchmarks/compare-onnxruntime.py --model DIR --audio FILE.wav [--variant int4] [--repeats 5]

The recording must be mono at 16 kHz. ONNX Runtime runs with all its optimisations and is fed the tokens
that qwen3-asr chose, so that both do the same work. Its process is Python: what Python and NumPy take to
start is not counted, log-mel and tokenizer neither. ONNX Runtime keeps its sessions and has run once before
the rounds, so of qwen3-asr the second transcription of a process counts, too, which finds its memory touched.
What the first one takes stands beside it, for ONNX Runtime that before the rounds; load, whole process and
memory are those of a process of one transcription. Figures are medians of the rounds; each measures the
machine's limits between the two engines.

Runs in which others, on a virtual machine those on its host, too, took more of the processors than
--disturbance says are repeated up to three times.
"""

import argparse
import os
import statistics
import sys
import time

import engine
import numpy as np
import roofline
import soundfile
from engine import MEMORY, CalmRuns, Figures, MemoryWatch

sys.path.insert(0, str(engine.ROOT / "tools"))

from model.architecture import audio_token_count  # noqa: E402
from model.features import log_mel  # noqa: E402
from model.prompt import Prompt  # noqa: E402
from model.runner import Runner  # noqa: E402

STAGES = ("encode", "prefill", "step")
ROWS = ("load", *STAGES, *(f"first {name}" for name in STAGES), "whole", *MEMORY)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    engine.add_arguments(parser)
    roofline.add_arguments(parser)
    parser.add_argument("--alone", action="store_true", help="time qwen3-asr without ONNX Runtime")
    return parser.parse_args()


def log_mel_of(options: argparse.Namespace) -> np.ndarray:
    samples, rate = soundfile.read(options.audio, dtype="float32")
    if rate != 16_000 or samples.ndim != 1:
        sys.exit(f"{options.audio}: not mono at 16 kHz")
    return log_mel(samples)


class Peer:
    """ONNX Runtime with its sessions loaded, and run, once."""

    def __init__(self, options: argparse.Namespace, mel: np.ndarray, tokens: list[int]) -> None:
        watch = MemoryWatch("self")
        start = time.perf_counter()
        self.runner = Runner(options.model, options.variant, options.threads)
        self.load = time.perf_counter() - start
        self.memory = watch.stop()
        self.memory["anonymous memory"] -= watch.first
        self.mel = mel
        self.tokens = tokens
        self.first = self.stages()
        # The stages' sum, as a process of one transcription has it.
        steps = self.first["step"] * (len(tokens) - 1)
        self.whole = self.load + self.first["encode"] + self.first["prefill"] + steps

    def run(self) -> Figures:
        first = {f"first {name}": seconds for name, seconds in self.first.items()}
        return self.memory | first | self.stages() | {"load": self.load, "whole": self.whole}

    def stages(self) -> Figures:
        times = [time.perf_counter()]
        encoded = self.runner.encode(self.mel)
        times.append(time.perf_counter())
        ids = self.runner.prompt.ids(audio_token_count(self.mel.shape[1]))
        call = self.runner.prefill(ids, encoded.outputs["audio_features"])
        times.append(time.perf_counter())
        for token in self.tokens[:-1]:
            call = self.runner.step(token, call)
        times.append(time.perf_counter())
        encode, prefill, decode = np.diff(times)
        return {"encode": encode, "prefill": prefill, "step": decode / max(1, len(self.tokens) - 1)}


def main() -> None:
    options = arguments()
    mel = log_mel_of(options)
    positions = len(Prompt.from_directory(options.model).ids(audio_token_count(mel.shape[1])))
    config = roofline.model_config(options.model)
    work = roofline.Work.of(config, mel.shape[1], positions, options.variant, options.block_size)
    _, tokens = engine.run(options)
    peer = None if options.alone else Peer(options, mel, tokens)

    def run_round(calm: CalmRuns) -> tuple[Figures, Figures, Figures]:
        once = calm(lambda: engine.run(options))[0]
        first = {f"first {name}": once[name] for name in STAGES}
        own = once | first | calm(lambda: engine.run_again(options))
        limits = calm(lambda: roofline.measured_limits(options))
        return own, limits, calm(peer.run) if peer else {}

    own, limits, others = zip(*engine.calm_rounds(options, run_round), strict=True)
    print(f"{os.cpu_count()} processors, {options.threads} threads, {options.variant}, {len(tokens)} tokens")
    print(f"{roofline.describe(limits)}\n")
    print("| | qwen3-asr | ONNX Runtime | ratio |\n| --- | --- | --- | --- |")
    for name in ROWS:
        scale, unit = (1, "MB") if name in MEMORY else (1000, "ms")
        mine = scale * statistics.median(figures[name] for figures in own)
        if not peer:
            print(f"| {name} | {mine:.1f} {unit} | | |")
            continue
        other = scale * statistics.median(figures[name] for figures in others)
        print(f"| {name} | {mine:.1f} {unit} | {other:.1f} {unit} | {mine / other:.3f} |")
    print("", *work.rows(own, limits), sep="\n")


if __name__ == "__main__":
    main()
