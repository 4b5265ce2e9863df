#!/usr/bin/env python3
"""Compares the first token ids of qwen3-asr with those of ONNX Runtime on the same model directory.

  pip install -r tools/model/requirements.txt
  Benchmarks/compare-tokens.py --model DIR --audio FILE.wav [--variant int4] [--tokens 24]

The recording must be mono at 16 kHz, so that no resampler comes between the two. ONNX Runtime is fed the same
tokens, so that every position is compared. Where the ids part, the margin between the two candidates' logits
in ONNX Runtime decides: below --tie it is a near-tie, which int8 activations may flip. Exits with 1
otherwise.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import soundfile

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

from model.architecture import audio_token_count  # noqa: E402
from model.features import log_mel  # noqa: E402
from model.runner import Runner  # noqa: E402

TIES = {"fp32": 0.01, "int4": 0.2}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--audio", type=Path, required=True)
    parser.add_argument("--variant", choices=("fp32", "int4"), default="int4")
    parser.add_argument("--tokens", type=int, default=24)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--tie", type=float, help="margin below which ids may differ; default by variant")
    parser.add_argument("--binary", type=Path, default=ROOT / ".build/release/qwen3-asr")
    return parser.parse_args()


def own_tokens(options: argparse.Namespace) -> list[int]:
    command = [options.binary, "transcribe", "--model", options.model, "--variant", options.variant]
    command += ["--max-new-tokens", options.tokens, "--threads", options.threads]
    command += ["--format", "json", "--no-repetition-stop", "--quiet", options.audio]
    result = subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True)
    return json.loads(result.stdout)["segments"][0]["tokens"]


def main() -> None:
    options = arguments()
    samples, rate = soundfile.read(options.audio, dtype="float32")
    if rate != 16_000 or samples.ndim != 1:
        sys.exit(f"{options.audio}: not mono at 16 kHz")
    own = own_tokens(options)
    runner = Runner(options.model, options.variant, options.threads)
    ends = runner.config["special_tokens"]["eos_token_ids"]
    tie = TIES[options.variant] if options.tie is None else options.tie
    mel = log_mel(samples)
    features = runner.encode(mel).outputs["audio_features"]
    call = runner.prefill(runner.prompt.ids(audio_token_count(mel.shape[1])), features)
    near_ties = 0
    for position in range(options.tokens):
        logits = call.outputs["logits"][0, -1]
        reference = int(logits.argmax())
        if position == len(own):
            if reference not in ends:
                sys.exit(f"token {position}: ended, ONNX Runtime goes on with {reference}")
            break
        margin = float(logits[reference] - logits[own[position]])
        if margin > 0:
            print(f"token {position}: {own[position]}, ONNX Runtime {reference}, margin {margin:.4f}")
            if margin >= tie:
                sys.exit(1)
            near_ties += 1
        call = runner.step(own[position], call)
    print(f"{len(own)} tokens agree, {near_ties} of them near-ties: {own}")


if __name__ == "__main__":
    main()
