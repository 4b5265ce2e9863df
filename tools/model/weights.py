"""Moves weights out of graphs into data files that several graphs share."""

import hashlib
from pathlib import Path

import onnx

ALIGNMENT = 64
SMALLEST_EXTERNAL = 512


def producer_of_logits(graph: onnx.GraphProto) -> onnx.NodeProto:
    return next(node for node in graph.node if "logits" in node.output)


class SharedWeights:
    """One data file; equal tensors, of whichever graph, are stored once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file = path.open("wb")
        self.places: dict[bytes, int] = {}

    def __enter__(self) -> "SharedWeights":
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def take(self, model: onnx.ModelProto, inline: set[str] = frozenset()) -> None:
        """Moves the model's larger tensors here, except those named in `inline`."""
        for tensor in model.graph.initializer:
            if tensor.name in inline or len(tensor.raw_data) < SMALLEST_EXTERNAL:
                continue
            length, offset = len(tensor.raw_data), self._place(tensor.raw_data)
            tensor.ClearField("raw_data")
            tensor.data_location = onnx.TensorProto.EXTERNAL
            for key, value in (("location", self.path.name), ("offset", offset), ("length", length)):
                tensor.external_data.add(key=key, value=str(value))

    def _place(self, data: bytes) -> int:
        digest = hashlib.sha256(data).digest()
        if digest not in self.places:
            self.file.write(bytes(-self.file.tell() % ALIGNMENT))
            self.places[digest] = self.file.tell()
            self.file.write(data)
        return self.places[digest]


def write_decoders(
    directory: Path, init: onnx.ModelProto, step: onnx.ModelProto, suffix: str = "", separate: bool = False
) -> None:
    """Writes both decoders and their weights.

    As published, the lm_head of `decoder_step` stays inside the graph, because only there it is
    stored transposed or quantised. `separate` gives each decoder a data file of its own.
    """
    inside = {name for name in producer_of_logits(step.graph).input if name}
    if separate:
        for name, model in (("decoder_init", init), ("decoder_step", step)):
            with SharedWeights(directory / f"{name}{suffix}.onnx.data") as weights:
                weights.take(model)
    else:
        with SharedWeights(directory / f"decoder_weights{suffix}.data") as weights:
            weights.take(init)
            weights.take(step, inline=inside)
    (directory / f"decoder_init{suffix}.onnx").write_bytes(init.SerializeToString())
    (directory / f"decoder_step{suffix}.onnx").write_bytes(step.SerializeToString())
