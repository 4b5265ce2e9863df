"""Fuses operators of a model directory's FP32 graphs by the optimiser of onnxruntime.transformers."""

import contextlib
import io
import logging
from pathlib import Path

import onnx

from .weights import write_decoders


def fused(path: Path) -> onnx.ModelProto:
    from onnxruntime.transformers import optimizer
    from onnxruntime.transformers.fusion_options import FusionOptions

    options = FusionOptions("bert")
    # Fused attention would hide the masks and caches that are part of the graphs' interface.
    options.enable_attention = False
    with contextlib.redirect_stdout(io.StringIO()):
        logging.getLogger("onnxruntime.transformers").setLevel(logging.ERROR)
        return optimizer.optimize_model(
            str(path), model_type="bert", opt_level=0, optimization_options=options
        ).model


def with_raw_data(model: onnx.ModelProto) -> onnx.ModelProto:
    """Tensors made by the optimiser may hold typed fields, which cannot be stored outside."""
    for tensor in model.graph.initializer:
        if not tensor.HasField("raw_data"):
            tensor.CopyFrom(onnx.numpy_helper.from_array(onnx.numpy_helper.to_array(tensor), tensor.name))
    return model


def fuse_directory(directory: Path, separate: bool = False) -> None:
    """Replaces the FP32 graphs; to be done before they are quantised."""
    (directory / "encoder.onnx").write_bytes(
        with_raw_data(fused(directory / "encoder.onnx")).SerializeToString()
    )
    init, step = (
        with_raw_data(fused(directory / f"{name}.onnx")) for name in ("decoder_init", "decoder_step")
    )
    write_decoders(directory, init, step, separate=separate)
