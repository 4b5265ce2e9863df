"""A GGUF file of a decoder's sizes with random weights, for llama.cpp."""

import sys
from pathlib import Path

import numpy as np
from engine import ROOT
from gguf import GGMLQuantizationType, GGUFWriter
from gguf.quants import quantize

sys.path.insert(0, str(ROOT / "tools"))

from model.config import DecoderConfig  # noqa: E402

DEVIATION = 0.02


def random_q4_0(generator: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    """[rows, bytes]: blocks of a float16 scale and 32 numbers of 4 bits, which stand for -8...7."""
    blocks = generator.integers(0, 256, (rows * columns // 32, 18), np.uint8)
    blocks[:, :2] = np.array([DEVIATION / 4.6], np.float16).view(np.uint8)
    return blocks.reshape(rows, -1)


def random_matrix(
    generator: np.random.Generator, rows: int, columns: int, kind: GGMLQuantizationType
) -> np.ndarray:
    """[rows, columns] as the file has it."""
    if kind == GGMLQuantizationType.Q4_0:
        return random_q4_0(generator, rows, columns)
    values = generator.standard_normal((rows, columns), np.float32) * np.float32(DEVIATION)
    return values if kind == GGMLQuantizationType.F32 else quantize(values, kind)


def write_random_gguf(path: Path, config: DecoderConfig, output: GGMLQuantizationType) -> None:
    """Architecture qwen3 without a tokenizer; all matrices in Q4_0 but the output's."""
    writer = GGUFWriter(path, "qwen3")
    writer.add_block_count(config.num_layers)
    writer.add_context_length(4096)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_key_length(config.head_dim)
    writer.add_value_length(config.head_dim)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(config.rope_theta)
    writer.add_vocab_size(config.vocab_size)
    writer.add_tokenizer_model("no_vocab")

    generator = np.random.default_rng(0)
    quantised = GGMLQuantizationType.Q4_0

    def matrix(name: str, rows: int, columns: int, kind: GGMLQuantizationType = quantised) -> None:
        writer.add_tensor(f"{name}.weight", random_matrix(generator, rows, columns, kind), raw_dtype=kind)

    def norm(name: str, width: int) -> None:
        writer.add_tensor(f"{name}.weight", np.ones(width, np.float32))

    width, head = config.hidden_size, config.head_dim
    matrix("token_embd", config.vocab_size, width)
    matrix("output", config.vocab_size, width, output)
    norm("output_norm", width)
    for layer in range(config.num_layers):
        block = f"blk.{layer}"
        norm(f"{block}.attn_norm", width)
        norm(f"{block}.attn_q_norm", head)
        norm(f"{block}.attn_k_norm", head)
        norm(f"{block}.ffn_norm", width)
        matrix(f"{block}.attn_q", config.num_attention_heads * head, width)
        matrix(f"{block}.attn_k", config.num_key_value_heads * head, width)
        matrix(f"{block}.attn_v", config.num_key_value_heads * head, width)
        matrix(f"{block}.attn_output", width, config.num_attention_heads * head)
        matrix(f"{block}.ffn_gate", config.intermediate_size, width)
        matrix(f"{block}.ffn_up", config.intermediate_size, width)
        matrix(f"{block}.ffn_down", width, config.intermediate_size)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
