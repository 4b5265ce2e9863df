#!/usr/bin/env python3
"""Times prefill and decoding steps of qwen3-asr and of llama.cpp in turn, and prints the ratios.

  pip install -r tools/model/requirements.txt gguf
  CMAKE_ARGS=-DGGML_NATIVE=ON pip install --no-binary llama-cpp-python llama-cpp-python
  Benchmarks/compare-llama.py --model DIR --audio FILE.wav [--output q4_0 f32] [--repeats 5]

llama.cpp has no such model, so it gets a decoder of the same sizes with random weights in Q4_0, made by
this script, as many positions and as many steps. It runs with its defaults (weights repacked at load, flash
attention if it thinks fit, float16 cache) but for the threads, and all positions of the prefill in one batch.
Both compute the logits of the last position only and choose the largest one.

The output projection of an int4 directory is float32 in prefill and of 4 bits in a step. llama.cpp has one
for both: with --output q4_0 a step reads as many bytes as this engine's, and its prefill fewer; with f32 it
is the other way round. Each gets a column. Rounds are as in compare-onnxruntime.py.
"""

import argparse
import ctypes
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import engine
import llama_cpp
import numpy as np
import roofline
import soundfile
from engine import CalmRuns, Figures
from gguf import GGMLQuantizationType
from random_gguf import write_random_gguf

sys.path.insert(0, str(engine.ROOT / "tools"))

from model.architecture import audio_token_count  # noqa: E402
from model.config import DecoderConfig  # noqa: E402
from model.features import log_mel  # noqa: E402
from model.prompt import Prompt  # noqa: E402

OUTPUTS = {name.lower(): GGMLQuantizationType[name] for name in ("Q4_0", "Q8_0", "F32")}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    engine.add_arguments(parser)
    roofline.add_arguments(parser)
    parser.add_argument("--output", nargs="+", choices=OUTPUTS, default=["q4_0", "f32"], help="of llama.cpp")
    parser.add_argument("--verbose", action="store_true", help="print what llama.cpp says")
    return parser.parse_args()


class Peer:
    """A random decoder in llama.cpp."""

    def __init__(self, path: Path, config: DecoderConfig, threads: int, positions: int, steps: int) -> None:
        self.model = llama_cpp.llama_model_load_from_file(
            str(path).encode(), llama_cpp.llama_model_default_params()
        )
        parameters = llama_cpp.llama_context_default_params()
        parameters.n_ctx = positions + steps
        parameters.n_batch = parameters.n_ubatch = positions
        parameters.n_threads = parameters.n_threads_batch = threads
        self.context = llama_cpp.llama_init_from_model(self.model, parameters) if self.model else None
        if not self.context:
            sys.exit(f"llama.cpp does not take {path}")
        self.vocabulary = config.vocab_size
        self.prompt = np.random.default_rng(1).integers(0, config.vocab_size, positions).tolist()
        self.steps = steps

    def decode(self, tokens: list[int]) -> int:
        """The most probable token after these."""
        # The batch holds the array's address alone.
        array = (llama_cpp.llama_token * len(tokens))(*tokens)
        batch = llama_cpp.llama_batch_get_one(array, len(tokens))
        if llama_cpp.llama_decode(self.context, batch) != 0:
            sys.exit("llama.cpp did not decode")
        logits = llama_cpp.llama_get_logits_ith(self.context, -1)
        return int(np.ctypeslib.as_array(logits, (self.vocabulary,)).argmax())

    def run(self) -> Figures:
        llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(self.context), True)
        times = [time.perf_counter()]
        token = self.decode(self.prompt)
        times.append(time.perf_counter())
        for _ in range(self.steps):
            token = self.decode([token])
        times.append(time.perf_counter())
        prefill, decode = np.diff(times)
        return {"prefill": float(prefill), "step": float(decode) / max(1, self.steps)}


def make_peers(options: argparse.Namespace, config: DecoderConfig, positions: int, steps: int) -> list[Peer]:
    peers = []
    with tempfile.TemporaryDirectory() as directory:
        for output in options.output:
            path = Path(directory) / f"{output}.gguf"
            write_random_gguf(path, config, OUTPUTS[output])
            # Once mapped, the file may be removed.
            peers.append(Peer(path, config, options.threads, positions, steps))
    return peers


def main() -> None:
    options = arguments()
    quiet = llama_cpp.llama_log_callback(lambda level, text, data: None)
    if not options.verbose:
        llama_cpp.llama_log_set(quiet, ctypes.c_void_p(0))
    llama_cpp.llama_backend_init()
    samples, rate = soundfile.read(options.audio, dtype="float32")
    if rate != 16_000 or samples.ndim != 1:
        sys.exit(f"{options.audio}: not mono at 16 kHz")
    frames = log_mel(samples).shape[1]
    positions = len(Prompt.from_directory(options.model).ids(audio_token_count(frames)))
    config = roofline.model_config(options.model)
    work = roofline.Work.of(config, frames, positions, options.variant, options.block_size)
    steps = len(engine.run(options)[1]) - 1
    peers = make_peers(options, config.decoder, positions, steps)
    for peer in peers:
        peer.run()

    def run_round(calm: CalmRuns) -> tuple[Figures, Figures, list[Figures]]:
        own = calm(lambda: engine.run_again(options))
        limits = calm(lambda: roofline.measured_limits(options))
        return own, limits, [calm(peer.run) for peer in peers]

    own, limits, others = zip(*engine.calm_rounds(options, run_round), strict=True)
    print(f"{os.cpu_count()} processors, {options.threads} threads, {positions} positions, {steps} steps")
    print(f"llama-cpp-python {llama_cpp.__version__}: {llama_cpp.llama_print_system_info().decode()}")
    print(f"{roofline.describe(limits)}\n")
    heads = [f"llama.cpp, output {name.upper()} | ratio" for name in options.output]
    print("| |", " | ".join([f"qwen3-asr, {options.variant}", *heads]), "|")
    print("|", " | ".join(["---"] * (2 + 2 * len(peers))), "|")
    for stage in ("prefill", "step"):
        mine = 1000 * statistics.median(figures[stage] for figures in own)
        cells = [stage, f"{mine:.1f} ms"]
        for figures in zip(*others, strict=True):
            other = 1000 * statistics.median(figure[stage] for figure in figures)
            cells += [f"{other:.1f} ms", f"{mine / other:.3f}"]
        print("|", " | ".join(cells), "|")
    print("", *work.rows(own, limits), sep="\n")


if __name__ == "__main__":
    main()
