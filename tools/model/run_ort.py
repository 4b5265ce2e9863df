"""Transcribes recordings by ONNX Runtime: `run_ort.py --model DIR FILE...`.

Takes the arguments of `qwen3-asr transcribe` that `evaluate-digits` uses and answers in the same
JSON lines, so that it can stand in for it.
"""

import argparse
import json
import sys
from pathlib import Path

import soundfile

from .clips import resampled
from .runner import Runner


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", help="recordings; the word transcribe before them is ignored")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--variant", choices=("fp32", "int4"), default="fp32")
    parser.add_argument("--format", choices=("json", "text"), default="text")
    parser.add_argument("--quiet", action="store_true")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_intermixed_args()
    files = options.files[1:] if options.files[0] == "transcribe" else options.files
    runner = Runner(options.model, options.variant, options.threads)
    for file in files:
        samples, rate = soundfile.read(file, dtype="float32", always_2d=True)
        text = runner.transcribe(resampled(samples.mean(axis=1), rate))
        print(json.dumps({"file": file, "text": text}) if options.format == "json" else text)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
