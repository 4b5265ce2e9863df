"""Makes the fixtures under Tests/Fixtures: toy models with reference outputs, and a recording."""

import argparse
import shutil
from pathlib import Path

import numpy as np
import onnx
import soundfile

from .clips import espeak
from .export import export, random_model
from .features import SAMPLE_RATE
from .fuse import fuse_directory
from .quantize import quantise_directory
from .reference import write_reference

BLOCK_SIZE = 32
SECONDS = [0.5, 1.0, 1.23]


def write_recording(directory: Path) -> Path:
    """A synthetic voice saying three digits, and what it says."""
    directory.mkdir(parents=True, exist_ok=True)
    text = "four two seven"
    path = directory / "four-two-seven.wav"
    silence = np.zeros(int(0.3 * SAMPLE_RATE), np.float32)
    speech = espeak(text, "en-us", speed=140, pitch=45)
    soundfile.write(path, np.concatenate([silence, speech, silence]), SAMPLE_RATE, subtype="PCM_16")
    path.with_suffix(".txt").write_text(text + "\n")
    return path


def drop_inner_shapes(directory: Path) -> None:
    """Shapes of inner values take a good part of a toy graph's size, and no engine may need them."""
    for path in directory.glob("*.onnx"):
        model = onnx.load(path, load_external_data=False)
        del model.graph.value_info[:]
        path.write_bytes(model.SerializeToString())


def finish(directory: Path, recording: Path, int4: bool = True) -> None:
    if int4:
        quantise_directory(directory, BLOCK_SIZE)
    drop_inner_shapes(directory)
    write_reference(directory, recording, SECONDS, saved=1, steps=[3], tensors=[SECONDS[0], SECONDS[-1]])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path, help="Tests/Fixtures")
    options = parser.parse_args()
    recording = write_recording(options.directory / "speech")
    toy, fused, older = (options.directory / name for name in ("toy", "toy-fused", "toy-torchscript"))
    for directory in (toy, fused, older):
        shutil.rmtree(directory, ignore_errors=True)
    model = random_model("toy", seed=3)
    export(model, toy)
    shutil.copytree(toy, fused)
    fuse_directory(fused)
    export(model, older, form="torchscript")
    finish(toy, recording)
    finish(fused, recording)
    finish(older, recording, int4=False)
    for directory in (fused, older):
        shutil.rmtree(directory / "reference" / "mel")


if __name__ == "__main__":
    main()
