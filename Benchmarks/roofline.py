"""What the machine can do and what the stages ask of it."""

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine import ROOT, Figures

sys.path.insert(0, str(ROOT / "tools"))

from model.architecture import (  # noqa: E402
    FRAMES_PER_WINDOW,
    TOKENS_PER_ATTENTION_WINDOW,
    audio_token_count,
)
from model.config import DecoderConfig, EncoderConfig, ModelConfig  # noqa: E402

LIMITS = {"memory_read": "memory read", "float32": "float32", "int8": "int8"}
UNITS = {"memory_read": "GB/s", "float32": "GFLOP/s", "int8": "GOP/s"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--block-size", type=int, default=64, help="of the int4 weights")


def measured_limits(options: argparse.Namespace) -> Figures:
    """Bytes and operations in a second on as many threads; a multiply-add is two operations."""
    command = [str(options.binary), "profile", "--limits", "--threads", str(options.threads), "--json", "-"]
    output = subprocess.run(command, check=True, capture_output=True).stdout
    return json.loads(output)["limits"]


@dataclass(frozen=True)
class Work:
    """Of one recording: float32 operations of the encoder, operations of the prefill, bytes of a step."""

    encode: float
    prefill: float
    step: float
    is_quantised: bool

    @staticmethod
    def of(config: ModelConfig, frames: int, positions: int, variant: str, block_size: int) -> "Work":
        layers, head = decoder_weights(config.decoder)
        is_quantised = variant == "int4"
        # Half a byte, and of each block a float32 scale and half a byte of zero point.
        bytes_per_weight = 0.5 + 4.5 / block_size if is_quantised else 4
        return Work(
            encode=encoder_operations(config.encoder, frames),
            prefill=2.0 * (positions * layers + head),
            step=bytes_per_weight * (layers + head),
            is_quantised=is_quantised,
        )

    def rows(self, own: Sequence[Figures], limits: Sequence[Figures]) -> list[str]:
        """A table of each stage's work and its share of the limit, both measured in the same round."""
        product = "int8" if self.is_quantised else "float32"
        bounds = {
            "encode": ("float32", self.encode, f"{self.encode / 1e9:.0f} GFLOP"),
            "prefill": (product, self.prefill, f"{self.prefill / 1e9:.0f} GOP"),
            "step": ("memory_read", self.step, f"{self.step / 1e9:.2f} GB read"),
        }
        lines = ["| | work | at the limit | qwen3-asr | of the limit |\n| --- | --- | --- | --- | --- |"]
        for stage, (limit, work, text) in bounds.items():
            least = [1000 * work / round_limits[limit] for round_limits in limits]
            times = [1000 * figures[stage] for figures in own]
            share = statistics.median(a / b for a, b in zip(least, times, strict=True))
            lines.append(
                f"| {stage} | {text} | {statistics.median(least):.1f} ms "
                f"| {statistics.median(times):.1f} ms | {100 * share:.0f} % |"
            )
        return lines


def model_config(model: Path) -> ModelConfig:
    return ModelConfig.from_dict(json.loads((model / "config.json").read_text()))


def describe(limits: Sequence[Figures]) -> str:
    """Median and spread of each limit."""
    parts = []
    for key, name in LIMITS.items():
        values = [figures[key] / 1e9 for figures in limits]
        middle = statistics.median(values)
        parts.append(f"{name} {middle:.4g} ({min(values):.4g}–{max(values):.4g}) {UNITS[key]}")
    return ", ".join(parts)


def decoder_weights(config: DecoderConfig) -> tuple[int, int]:
    """Weights of all layers' products, and of the output's."""
    width, heads = config.hidden_size, config.num_attention_heads + config.num_key_value_heads
    attention = 2 * width * heads * config.head_dim
    layer = attention + 3 * width * config.intermediate_size
    return config.num_layers * layer, width * config.vocab_size


def encoder_operations(config: EncoderConfig, frames: int) -> float:
    """Twice the multiply-adds of convolutions, linear layers and attention, on rows that are no padding."""
    operations = 0
    windows = [FRAMES_PER_WINDOW] * (frames // FRAMES_PER_WINDOW) + [frames % FRAMES_PER_WINDOW]
    for width in windows:
        height, channels = config.num_mel_bins, 1
        for _ in range(3):
            height, width = (height + 1) // 2, (width + 1) // 2
            operations += 2 * config.conv_channels * channels * 9 * height * width
            channels = config.conv_channels
    tokens, width = audio_token_count(frames), config.hidden_size
    reduced = config.conv_channels * (config.num_mel_bins // config.downsample_factor)
    layer = 4 * width * width + 2 * width * config.ffn_dim
    linear = reduced * width + config.num_layers * layer + width * width + width * config.output_dim
    full, tail = divmod(tokens, TOKENS_PER_ATTENTION_WINDOW)
    pairs = full * TOKENS_PER_ATTENTION_WINDOW**2 + tail**2
    return operations + 2 * tokens * linear + 4 * config.num_layers * pairs * width
