"""Quantises the decoders of a model directory to int4: MatMul becomes MatMulNBits."""

import argparse
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

from .weights import write_decoders

ACCURACY_LEVEL = 4


def packed(values: np.ndarray) -> np.ndarray:
    """Pairs of 4-bit values along the last axis, the first one in the low half of the byte."""
    if values.shape[-1] % 2:
        values = np.pad(values, [(0, 0)] * (values.ndim - 1) + [(0, 1)])
    return values[..., 0::2] | values[..., 1::2] << 4


def quantised(
    weight: np.ndarray, block_size: int, symmetric: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Packed values [N, blocks, block_size / 2], scales [N * blocks] and packed zero points of [K, N]."""
    depth, columns = weight.shape
    blocks = -(-depth // block_size)
    padded = np.pad(weight.T, ((0, 0), (0, blocks * block_size - depth)))
    blocked = padded.reshape(columns, blocks, block_size).astype(np.float32)
    if symmetric:
        # The value of largest magnitude gets the code 0, the only one of magnitude 8.
        at = np.abs(blocked).argmax(-1, keepdims=True)
        scales = np.take_along_axis(blocked, at, -1)[..., 0] / -8
        zero_points = np.full(scales.shape, 8, np.uint8)
    else:
        lowest, highest = np.minimum(blocked.min(-1), 0), np.maximum(blocked.max(-1), 0)
        scales = (highest - lowest) / 15
        safe = np.where(scales == 0, 1, scales)
        zero_points = np.clip(np.round(-lowest / safe), 0, 15).astype(np.uint8)
    safe = np.where(scales == 0, 1, scales)[..., None]
    codes = np.clip(np.round(blocked / safe + zero_points[..., None]), 0, 15).astype(np.uint8)
    zero_point_bytes = None if symmetric else packed(zero_points).reshape(-1)
    return packed(codes), scales.reshape(-1).astype(np.float32), zero_point_bytes


def quantise_graph(model: onnx.ModelProto, block_size: int, symmetric: bool) -> None:
    """Replaces each MatMul by a constant matrix, in place."""
    graph = model.graph
    constants = {tensor.name: tensor for tensor in graph.initializer}
    replaced: set[str] = set()
    for index, node in enumerate(graph.node):
        if node.op_type != "MatMul" or node.input[1] not in constants:
            continue
        name = node.input[1]
        weight = numpy_helper.to_array(constants[name])
        if weight.ndim != 2:
            continue
        parts = quantised(weight, block_size, symmetric)
        names = [f"{name}_{part}" for part in ("Q4", "scales", "zp")]
        inputs = [node.input[0]]
        for part_name, part in zip(names, parts, strict=True):
            if part is not None:
                inputs.append(part_name)
                if name not in replaced:
                    graph.initializer.append(numpy_helper.from_array(part, part_name))
        replaced.add(name)
        graph.node[index].CopyFrom(
            helper.make_node(
                "MatMulNBits",
                inputs,
                list(node.output),
                name=f"{node.name}_Q4",
                domain="com.microsoft",
                K=weight.shape[0],
                N=weight.shape[1],
                accuracy_level=ACCURACY_LEVEL,
                bits=4,
                block_size=block_size,
            )
        )
    remove_unused_initializers(graph)
    if "com.microsoft" not in {entry.domain for entry in model.opset_import}:
        model.opset_import.append(helper.make_opsetid("com.microsoft", 1))


def remove_unused_initializers(graph: onnx.GraphProto) -> None:
    used = {name for node in graph.node for name in node.input}
    kept = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)


def quantise_directory(
    directory: Path, block_size: int = 64, symmetric: bool = False, separate: bool = False
) -> None:
    """Writes the int4 decoders beside the FP32 ones. The encoder stays FP32, as published."""
    init = onnx.load(directory / "decoder_init.onnx")
    step = onnx.load(directory / "decoder_step.onnx")
    for model in (init, step):
        quantise_graph(model, block_size, symmetric)
    write_decoders(directory, init, step, suffix=".int4", separate=separate)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--block-size", type=int, default=64, choices=(16, 32, 64, 128, 256))
    parser.add_argument("--symmetric", action="store_true", help="no zero points")
    parser.add_argument("--separate-weights", action="store_true", help="one data file per decoder")
    options = parser.parse_args()
    quantise_directory(options.directory, options.block_size, options.symmetric, options.separate_weights)


if __name__ == "__main__":
    main()
