"""Loads weights: own checkpoints, and the published ones by their parameters' names."""

from pathlib import Path

import torch
from torch import Tensor

from .architecture import Qwen3ASR
from .config import ModelConfig

# Published names, of the original repository ("thinker.") and of its conversion ("model."), to ours.
PREFIXES = (
    ("thinker.audio_tower.", "encoder."),
    ("thinker.model.embed_tokens.", "decoder.lm_head."),
    ("thinker.model.", "decoder."),
    ("thinker.lm_head.", "decoder.lm_head."),
    ("model.audio_tower.", "encoder."),
    ("model.multi_modal_projector.linear_1.", "encoder.proj1."),
    ("model.multi_modal_projector.linear_2.", "encoder.proj2."),
    ("model.language_model.embed_tokens.", "decoder.lm_head."),
    ("model.language_model.", "decoder."),
    ("lm_head.", "decoder.lm_head."),
)


def own_name(published: str) -> str | None:
    for prefix, own in PREFIXES:
        if published.startswith(prefix):
            return own + published.removeprefix(prefix)
    return None


def from_checkpoint(path: Path, weights: str = "average") -> Qwen3ASR:
    """A model from `train.py`'s checkpoint."""
    content = torch.load(path, map_location="cpu")
    model = Qwen3ASR(ModelConfig.from_dict(content["config"]))
    prefix = "model."
    model.load_state_dict(
        {
            name.removeprefix(prefix): value
            for name, value in content[weights].items()
            if name.startswith(prefix)
        }
    )
    return model


def from_safetensors(directory: Path, config: ModelConfig) -> Qwen3ASR:
    """A model from the published weights, converted to float32."""
    from safetensors import safe_open

    state: dict[str, Tensor] = {}
    unknown: list[str] = []
    for path in sorted(directory.glob("*.safetensors")):
        with safe_open(path, framework="pt") as file:
            for name in file.keys():
                own = own_name(name)
                if own is None:
                    unknown.append(name)
                elif "positional_embedding" not in own:
                    state[own] = file.get_tensor(name).float()
    if unknown or not state:
        raise ValueError(f"no weights in {directory}, or unknown ones: {unknown[:5]}")
    with torch.device("meta"):
        shapes = {name: value.shape for name, value in Qwen3ASR(config).state_dict().items()}
    wrong = {
        name
        for name in shapes.keys() | state.keys()
        if shapes.get(name) != getattr(state.get(name), "shape", None)
    }
    if wrong:
        raise ValueError(f"weights do not fit the chosen size: {sorted(wrong)[:5]}")
    model = Qwen3ASR(config)
    model.load_state_dict(state, assign=True)
    return model
