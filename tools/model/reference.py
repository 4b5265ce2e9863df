"""Writes what ONNX Runtime computes for a model directory, to compare other engines with.

DIR/reference gets, per graph, `test_data_set_N/{input,output}_I.pb` (TensorProto, named as in the
graph), `greedy.json` with the tokens of several lengths of a recording, and `mel/`.
"""

import argparse
import json
import shutil
from itertools import islice
from pathlib import Path

import numpy as np
import onnxruntime
import soundfile
from onnx import numpy_helper

from .architecture import audio_token_count
from .clips import resampled
from .features import SAMPLE_RATE, log_mel
from .runner import Arrays, Call, Runner

TOKENS = 17


def write_tensors(directory: Path, kind: str, arrays: Arrays) -> None:
    for index, (name, array) in enumerate(arrays.items()):
        tensor = numpy_helper.from_array(np.ascontiguousarray(array), name)
        (directory / f"{kind}_{index}.pb").write_bytes(tensor.SerializeToString())


def write_call(reference: Path, graph: str, number: int, call: Call) -> None:
    directory = reference / graph / f"test_data_set_{number}"
    directory.mkdir(parents=True)
    write_tensors(directory, "input", call.inputs)
    write_tensors(directory, "output", call.outputs)


def greedy_case(calls: list[Call], runner: Runner, samples: int, mel: np.ndarray) -> dict:
    """The tokens of a run that never stops, and how far ahead each was of the second best."""
    rows = [call.outputs["logits"][0, -1] for call in calls if call.graph != "encoder"]
    best = [np.sort(row)[-2:] for row in rows]
    count = audio_token_count(mel.shape[1])
    return {
        "samples": samples,
        "mel_frames": mel.shape[1],
        "audio_tokens": count,
        "prompt_ids": runner.prompt.ids(count),
        "tokens": [int(row.argmax()) for row in rows],
        "top2_margin": [round(float(high - low), 5) for low, high in best],
    }


def write_reference(
    directory: Path, audio: Path, seconds: list[float], saved: int, steps: list[int], tensors: list[float]
) -> None:
    """Runs the first `seconds` of `audio`.

    Of every length the tokens are kept, of those in `tensors` also the encoder's tensors, and of the
    first `saved` of these the decoders', for the steps numbered in `steps`.
    """
    samples, rate = soundfile.read(audio, dtype="float32", always_2d=True)
    samples = resampled(samples.mean(axis=1), rate)
    reference = directory / "reference"
    shutil.rmtree(reference, ignore_errors=True)
    cases: dict[str, dict] = {}
    variants = ["fp32"] + (["int4"] if (directory / "decoder_init.int4.onnx").exists() else [])
    for variant in variants:
        runner = Runner(directory, variant)
        kept = 0
        for number, length in enumerate(seconds):
            count = min(len(samples), round(length * SAMPLE_RATE))
            mel = log_mel(samples[:count])
            calls = list(islice(runner.calls(mel), TOKENS + 1))
            cases[f"{length}s.{variant}"] = greedy_case(calls, runner, count, mel)
            if length not in tensors:
                continue
            if variant == "fp32":
                write_call(reference, "encoder", number, calls[0])
            if kept < saved:
                write_call(reference, f"decoder_init{runner.suffix}", number, calls[1])
                for step in steps:
                    write_call(reference, f"decoder_step{runner.suffix}", number * 10 + step, calls[2 + step])
                kept += 1
    content = {"audio": audio.name, "ort": onnxruntime.__version__, "cases": cases}
    (reference / "greedy.json").write_text(json.dumps(content, indent=1) + "\n")
    mel = log_mel(samples[: round(max(tensors) * SAMPLE_RATE)])
    (reference / "mel" / "test_data_set_0").mkdir(parents=True)
    write_tensors(reference / "mel" / "test_data_set_0", "output", {"mel": mel[None]})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("audio", type=Path)
    parser.add_argument("--seconds", type=float, nargs="+", default=[0.5, 1.0, 1.23, 8.0, 9.97, 11.0])
    parser.add_argument("--saved", type=int, default=2, help="lengths whose decoder tensors are kept")
    parser.add_argument("--steps", type=int, nargs="+", default=[0, 3])
    parser.add_argument("--tensors", type=float, nargs="+", default=[0.5, 1.23, 9.97])
    options = parser.parse_args()
    write_reference(
        options.directory, options.audio, options.seconds, options.saved, options.steps, options.tensors
    )


if __name__ == "__main__":
    main()
