"""The files of a model directory other than its graphs."""

import json
import shutil
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from .config import ModelConfig
from .features import FFT_SIZE, HOP, MEL_BINS, SAMPLE_RATE
from .tokenizer import write_pocket_tokenizer


def special_tokens(tokenizer: Tokenizer) -> dict:
    def token(content: str) -> int:
        return tokenizer.token_to_id(content)

    return {
        "eos_token_ids": [token("<|endoftext|>"), token("<|im_end|>")],
        "pad_token_id": token("<|endoftext|>"),
        "im_start_token_id": token("<|im_start|>"),
        "im_end_token_id": token("<|im_end|>"),
        "audio_start_token_id": token("<|audio_start|>"),
        "audio_end_token_id": token("<|audio_end|>"),
        "audio_pad_token_id": token("<|audio_pad|>"),
        "asr_text_token_id": token("<asr_text>"),
    }


def config_json(config: ModelConfig, tokenizer: Tokenizer) -> dict:
    values = config.as_dict()
    del values["encoder"]["maximum_positions"]
    section = values["decoder"].pop("mrope_section")
    values["decoder"] |= {
        "tie_word_embeddings": True,
        "rope_scaling": {"mrope_section": list(section), "interleaved": True},
    }
    mel = {
        "sample_rate": SAMPLE_RATE,
        "n_fft": FFT_SIZE,
        "hop_length": HOP,
        "n_mels": MEL_BINS,
        "fmin": 0,
        "fmax": SAMPLE_RATE // 2,
    }
    return {
        "model_type": "qwen3_asr",
        **values,
        "mel": mel,
        "special_tokens": special_tokens(tokenizer),
        "embed_tokens_dtype": "float16",
    }


PREPROCESSOR = {
    "feature_extractor_type": "WhisperFeatureExtractor",
    "feature_size": MEL_BINS,
    "sampling_rate": SAMPLE_RATE,
    "hop_length": HOP,
    "n_fft": FFT_SIZE,
    "chunk_length": 30,
    "n_samples": 480_000,
    "nb_max_frames": 3_000,
    "padding_side": "right",
    "padding_value": 0.0,
    "return_attention_mask": False,
}


def write_json(path: Path, values: dict) -> None:
    path.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")


def write_companions(
    directory: Path, config: ModelConfig, embeddings: np.ndarray, tokenizer: Path | None
) -> None:
    """Writes tokenizer (the pocket model's, if none is given), configuration and embeddings."""
    if tokenizer:
        shutil.copyfile(tokenizer, directory / "tokenizer.json")
    else:
        write_pocket_tokenizer(directory / "tokenizer.json")
    loaded = Tokenizer.from_file(str(directory / "tokenizer.json"))
    write_json(directory / "config.json", config_json(config, loaded))
    write_json(directory / "preprocessor_config.json", PREPROCESSOR)
    embeddings.astype("<f2").tofile(directory / "embed_tokens.bin")
