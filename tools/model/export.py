"""Exports a model to ONNX in the layout of the published model directories."""

import argparse
import io
import warnings
from pathlib import Path

import onnx
import torch
from torch import Tensor, nn

from .architecture import Qwen3ASR
from .checkpoints import from_checkpoint, from_safetensors
from .config import PRESETS
from .directory import write_companions
from .graphs import DecoderInitFromEmbeddingsGraph, DecoderInitGraph, DecoderStepGraph, EncoderGraph
from .quantize import quantise_directory
from .weights import write_decoders

CACHE = ("present_keys", "present_values")


class Exporter:
    """Turns a module into an ONNX model, by PyTorch's current or its older exporter."""

    def __init__(self, form: str) -> None:
        self.form = form

    def model(
        self,
        module: nn.Module,
        inputs: dict[str, tuple[Tensor, dict[int, str]]],
        outputs: dict[str, dict[int, str]],
    ) -> onnx.ModelProto:
        """`inputs` and `outputs` tell by name which axes vary and what those are called."""
        module.eval()
        arguments = tuple(tensor for tensor, _ in inputs.values())
        axes = {name: varying for name, (_, varying) in inputs.items()}
        names = {"input_names": list(inputs), "output_names": list(outputs)}
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            if self.form == "torchscript":
                exported = self._torchscript(module, arguments, axes | outputs, names)
            else:
                exported = self._dynamo(module, arguments, axes | outputs, names)
        return tidy(exported)

    def _dynamo(self, module: nn.Module, arguments: tuple, axes: dict, names: dict) -> onnx.ModelProto:
        program = torch.onnx.export(
            module, arguments, dynamo=True, opset_version=18, dynamic_axes=axes, verbose=False, **names
        )
        return program.model_proto

    def _torchscript(self, module: nn.Module, arguments: tuple, axes: dict, names: dict) -> onnx.ModelProto:
        buffer = io.BytesIO()
        torch.onnx.export(
            module, arguments, buffer, dynamo=False, opset_version=17, dynamic_axes=axes, **names
        )
        return onnx.load_from_string(buffer.getvalue())


def tidy(model: onnx.ModelProto) -> onnx.ModelProto:
    """Without traces of the exporting program's sources, and with the module's own weight names."""
    model.ClearField("metadata_props")
    model.ClearField("doc_string")
    graph = model.graph
    for node in graph.node:
        node.ClearField("metadata_props")
        node.ClearField("doc_string")
    for value in (*graph.value_info, *graph.input, *graph.output, *graph.initializer):
        value.ClearField("metadata_props")
        value.ClearField("doc_string")
    renamed = {
        tensor.name: tensor.name.removeprefix("encoder.").removeprefix("decoder.")
        for tensor in graph.initializer
    }
    for tensor in graph.initializer:
        tensor.name = renamed[tensor.name]
    for node in graph.node:
        for index, name in enumerate(node.input):
            node.input[index] = renamed.get(name, name)
    return model


def encoder_model(model: Qwen3ASR, exporter: Exporter) -> onnx.ModelProto:
    mel = torch.randn(1, model.config.encoder.num_mel_bins, 997)
    return exporter.model(
        EncoderGraph(model.encoder), {"mel": (mel, {2: "time"})}, {"audio_features": {1: "tokens"}}
    )


def decoder_models(
    model: Qwen3ASR, exporter: Exporter, from_embeddings: bool
) -> tuple[onnx.ModelProto, onnx.ModelProto]:
    config = model.config.decoder
    batch, prompt, audio, past = 1, 40, 20, 30
    outputs = {
        "logits": {0: "batch", 1: "seq_len"},
        **{name: {1: "batch", 3: "seq_len"} for name in CACHE},
    }
    positions = torch.arange(prompt).repeat(batch, 1)
    row = {0: "batch", 1: "seq_len"}
    if from_embeddings:
        embeds = torch.randn(batch, prompt, config.hidden_size)
        init = exporter.model(
            DecoderInitFromEmbeddingsGraph(model.decoder),
            {"input_embeds": (embeds, row), "position_ids": (positions, row)},
            outputs,
        )
    else:
        init = exporter.model(
            DecoderInitGraph(model.decoder),
            {
                "input_ids": (torch.randint(config.vocab_size, (batch, prompt)), row),
                "position_ids": (positions, row),
                "audio_features": (
                    torch.randn(batch, audio, config.hidden_size),
                    {0: "batch", 1: "audio_len"},
                ),
                "audio_offset": (torch.tensor([9]), {}),
            },
            outputs,
        )
    cache = torch.randn(config.num_layers, batch, config.num_key_value_heads, past, config.head_dim)
    varying = {1: "batch", 3: "past_seq_len"}
    step = exporter.model(
        DecoderStepGraph(model.decoder),
        {
            "input_embeds": (torch.randn(batch, 1, config.hidden_size), {0: "batch"}),
            "position_ids": (torch.full((batch, 1), past), {0: "batch"}),
            "past_keys": (cache, varying),
            "past_values": (cache.clone(), varying),
        },
        {"logits": {0: "batch"}, **{name: {1: "batch", 3: "total_seq_len"} for name in CACHE}},
    )
    return init, step


def export(
    model: Qwen3ASR, directory: Path, form: str = "dynamo", older: bool = False, tokenizer: Path | None = None
) -> None:
    """Writes the FP32 graphs and everything beside them.

    `older` is the interface of earlier published exports: `decoder_init` takes `input_embeds`, and
    each decoder has a data file of its own.
    """
    directory.mkdir(parents=True, exist_ok=True)
    model = model.float().eval().requires_grad_(False)
    exporter = Exporter(form)
    encoder = encoder_model(model, exporter)
    (directory / "encoder.onnx").write_bytes(encoder.SerializeToString())
    del encoder
    write_decoders(directory, *decoder_models(model, exporter, from_embeddings=older), separate=older)
    embeddings = model.decoder.lm_head.weight.numpy()
    write_companions(directory, model.config, embeddings, tokenizer)


def random_model(size: str, seed: int) -> Qwen3ASR:
    """Random weights, spread widely enough that a tiny model's answers vary."""
    torch.manual_seed(seed)
    model = Qwen3ASR(PRESETS[size])
    if size == "toy":
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.add_(torch.randn_like(parameter) * 0.08)
            model.decoder.lm_head.weight.mul_(2)
            for layer in model.decoder.layers:
                layer.self_attn.o_proj.weight.mul_(8)
                layer.mlp.down_proj.weight.mul_(8)
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--size", choices=sorted(PRESETS), default="pocket")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--checkpoint", type=Path, help="written by train.py; default: random weights")
    source.add_argument("--safetensors", type=Path, metavar="DIR", help="published weights of --size")
    parser.add_argument("--seed", type=int, default=1, help="of the random weights")
    parser.add_argument("--tokenizer", type=Path, help="tokenizer.json to copy; needed for published sizes")
    parser.add_argument("--form", choices=("dynamo", "torchscript"), default="dynamo")
    parser.add_argument("--older", action="store_true", help="the interface of earlier exports")
    parser.add_argument("--fuse", action="store_true", help="fuse operators by onnxruntime.transformers")
    parser.add_argument("--no-int4", action="store_true")
    parser.add_argument("--block-size", type=int, default=64)
    parser.add_argument("--symmetric", action="store_true")
    options = parser.parse_args()
    if PRESETS[options.size].decoder.vocab_size > 1000 and not options.tokenizer:
        parser.error("published sizes need --tokenizer")
    if options.checkpoint:
        model = from_checkpoint(options.checkpoint)
    elif options.safetensors:
        model = from_safetensors(options.safetensors, PRESETS[options.size])
    else:
        model = random_model(options.size, options.seed)
    export(model, options.directory, options.form, options.older, options.tokenizer)
    if options.fuse:
        from .fuse import fuse_directory

        fuse_directory(options.directory, separate=options.older)
    if not options.no_int4:
        quantise_directory(options.directory, options.block_size, options.symmetric, options.older)


if __name__ == "__main__":
    main()
