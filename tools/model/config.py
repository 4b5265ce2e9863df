"""Sizes of the Qwen3-ASR models this package can build."""

from dataclasses import asdict, dataclass, fields, replace


@dataclass(frozen=True)
class EncoderConfig:
    num_layers: int
    hidden_size: int
    num_heads: int
    ffn_dim: int
    conv_channels: int
    output_dim: int
    downsample_factor: int = 8
    num_mel_bins: int = 128
    maximum_positions: int = 1500


@dataclass(frozen=True)
class DecoderConfig:
    num_layers: int
    hidden_size: int
    num_attention_heads: int
    num_key_value_heads: int
    head_dim: int
    intermediate_size: int
    vocab_size: int
    mrope_section: tuple[int, int, int]
    rope_theta: int = 1_000_000
    rms_norm_eps: float = 1e-6


@dataclass(frozen=True)
class ModelConfig:
    encoder: EncoderConfig
    decoder: DecoderConfig

    def with_vocabulary(self, vocab_size: int) -> "ModelConfig":
        return replace(self, decoder=replace(self.decoder, vocab_size=vocab_size))

    def as_dict(self) -> dict:
        return {"encoder": asdict(self.encoder), "decoder": asdict(self.decoder)}

    @staticmethod
    def from_dict(values: dict) -> "ModelConfig":
        """Reads both `as_dict` and the `config.json` of an exported model directory."""
        encoder, decoder = values["encoder"], dict(values["decoder"])
        scaling = decoder.get("rope_scaling") or {}
        decoder["mrope_section"] = tuple(decoder.get("mrope_section") or scaling["mrope_section"])
        return ModelConfig(
            EncoderConfig(**{f.name: encoder[f.name] for f in fields(EncoderConfig) if f.name in encoder}),
            DecoderConfig(**{f.name: decoder[f.name] for f in fields(DecoderConfig)}),
        )


POCKET_VOCABULARY = 384
QWEN_VOCABULARY = 151_936

PRESETS: dict[str, ModelConfig] = {
    "toy": ModelConfig(
        EncoderConfig(2, 32, 2, 64, 8, 32, maximum_positions=16),
        DecoderConfig(2, 32, 2, 1, 32, 64, POCKET_VOCABULARY, (6, 5, 5)),
    ),
    "pocket": ModelConfig(
        EncoderConfig(3, 128, 4, 256, 32, 128),
        DecoderConfig(3, 128, 4, 2, 32, 384, POCKET_VOCABULARY, (6, 5, 5)),
    ),
    "0.6b": ModelConfig(
        EncoderConfig(18, 896, 14, 3584, 480, 1024),
        DecoderConfig(28, 1024, 16, 8, 128, 3072, QWEN_VOCABULARY, (24, 20, 20)),
    ),
    "1.7b": ModelConfig(
        EncoderConfig(24, 1024, 16, 4096, 480, 2048),
        DecoderConfig(28, 2048, 16, 8, 128, 6144, QWEN_VOCABULARY, (24, 20, 20)),
    ),
}
