"""Qwen3-ASR: an audio encoder whose output takes the place of tokens in a Qwen3 decoder."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .config import DecoderConfig, EncoderConfig, ModelConfig

FRAMES_PER_WINDOW = 100
TOKENS_PER_WINDOW = 13
TOKENS_PER_ATTENTION_WINDOW = 104
# Finite, so that a row in which everything is masked gives a uniform softmax instead of NaN.
MASKED = torch.finfo(torch.float32).min


def audio_token_count(frames):
    """Number of audio tokens of `frames` mel frames; works on int, SymInt and Tensor."""
    tail = frames % FRAMES_PER_WINDOW
    for _ in range(3):
        tail = (tail + 1) // 2
    return TOKENS_PER_WINDOW * (frames // FRAMES_PER_WINDOW) + tail


def attend(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
    """Softmax attention on [batch, heads, length, head dimension], in plain operators."""
    scores = torch.matmul(query, key.transpose(2, 3)) * query.shape[-1] ** -0.5
    if mask is not None:
        scores = scores + mask
    return torch.matmul(F.softmax(scores, dim=-1), value)


# MARK: Audio encoder


class AudioAttention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.q_proj = nn.Linear(width, width)
        self.k_proj = nn.Linear(width, width)
        self.v_proj = nn.Linear(width, width)
        self.out_proj = nn.Linear(width, width)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        batch, length, width = x.shape
        shape = (-1, length, self.heads, width // self.heads)
        query = self.q_proj(x).view(shape).transpose(1, 2)
        key = self.k_proj(x).view(shape).transpose(1, 2)
        value = self.v_proj(x).view(shape).transpose(1, 2)
        attended = attend(query, key, value, mask).transpose(1, 2)
        return self.out_proj(attended.reshape(-1, length, width))


class AudioEncoderLayer(nn.Module):
    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.self_attn = AudioAttention(config.hidden_size, config.num_heads)
        self.self_attn_layer_norm = nn.LayerNorm(config.hidden_size)
        self.fc1 = nn.Linear(config.hidden_size, config.ffn_dim)
        self.fc2 = nn.Linear(config.ffn_dim, config.hidden_size)
        self.final_layer_norm = nn.LayerNorm(config.hidden_size)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        x = x + self.self_attn(self.self_attn_layer_norm(x), mask)
        return x + self.fc2(F.gelu(self.fc1(self.final_layer_norm(x))))


class SinusoidalPositions(nn.Module):
    def __init__(self, length: int, width: int) -> None:
        super().__init__()
        rates = torch.exp(-math.log(10_000) / (width // 2 - 1) * torch.arange(width // 2).float())
        angles = torch.arange(length)[:, None] * rates[None, :]
        table = torch.cat([angles.sin(), angles.cos()], dim=1)
        self.register_buffer("positional_embedding", table, persistent=False)

    def forward(self, length: int) -> Tensor:
        return self.positional_embedding[:length, :]


class AudioEncoder(nn.Module):
    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.config = config
        channels, width = config.conv_channels, config.hidden_size
        self.conv2d1 = nn.Conv2d(1, channels, 3, 2, padding=1)
        self.conv2d2 = nn.Conv2d(channels, channels, 3, 2, padding=1)
        self.conv2d3 = nn.Conv2d(channels, channels, 3, 2, padding=1)
        reduced_bins = config.num_mel_bins // config.downsample_factor
        self.conv_out = nn.Linear(channels * reduced_bins, width, bias=False)
        self.positional_embedding = SinusoidalPositions(config.maximum_positions, width)
        self.layers = nn.ModuleList(AudioEncoderLayer(config) for _ in range(config.num_layers))
        self.ln_post = nn.LayerNorm(width)
        self.proj1 = nn.Linear(width, width)
        self.proj2 = nn.Linear(width, config.output_dim)

    def convolve(self, windows: Tensor) -> Tensor:
        """[windows, 1, mel bins, 100] to [windows, 13, width], positions added."""
        x = F.gelu(self.conv2d1(windows))
        x = F.gelu(self.conv2d2(x))
        x = F.gelu(self.conv2d3(x))
        _, channels, bins, length = x.shape
        x = self.conv_out(x.permute(0, 3, 1, 2).reshape(-1, length, channels * bins))
        return x + self.positional_embedding(length).unsqueeze(0)

    def transform(self, x: Tensor, mask: Tensor) -> Tensor:
        for layer in self.layers:
            x = layer(x, mask)
        return self.proj2(F.gelu(self.proj1(self.ln_post(x))))

    def forward(self, mel: Tensor, frames: Tensor) -> tuple[Tensor, Tensor]:
        """Encodes a batch; rows are padded with zeros to the same whole number of windows.

        Returns the features, padded, and the number of tokens of each row. The export has its own
        form of this function for one recording of any length.
        """
        batch, bins, padded = mel.shape
        count = padded // FRAMES_PER_WINDOW
        windows = mel.view(batch, bins, count, FRAMES_PER_WINDOW).permute(0, 2, 1, 3)
        x = self.convolve(windows.reshape(batch * count, 1, bins, FRAMES_PER_WINDOW))
        x = x.view(batch, count * TOKENS_PER_WINDOW, -1)
        tokens = audio_token_count(frames)
        length = x.shape[1]
        window = min(length, TOKENS_PER_ATTENTION_WINDOW)
        rounded = -(-length // window) * window
        x = F.pad(x, (0, 0, 0, rounded - length)).view(batch * (rounded // window), window, -1)
        padding = torch.arange(rounded)[None, :] >= tokens[:, None]
        mask = (padding.view(-1, window).float() * MASKED).unsqueeze(1).unsqueeze(2)
        return self.transform(x, mask).view(batch, rounded, -1)[:, :length], tokens


# MARK: Text decoder


class RMSNorm(nn.Module):
    def __init__(self, width: int, epsilon: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.epsilon = epsilon

    def forward(self, x: Tensor) -> Tensor:
        variance = x.pow(2).mean(-1, keepdim=True)
        return self.weight * (x * torch.rsqrt(variance + self.epsilon))


class RotaryEmbedding(nn.Module):
    """Interleaved multimodal RoPE; all three axes carry the same positions for speech and text."""

    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        exponents = torch.arange(0, config.head_dim, 2).float() / config.head_dim
        self.register_buffer("inv_freq", config.rope_theta**-exponents, persistent=False)
        self.sections = config.mrope_section

    def forward(self, position_ids: Tensor) -> tuple[Tensor, Tensor]:
        positions = position_ids[None].expand(3, position_ids.shape[0], -1)
        rates = self.inv_freq[None, None, :, None].expand(3, positions.shape[1], -1, 1)
        angles = (rates @ positions[:, :, None, :].float()).transpose(2, 3)
        interleaved = angles[0]
        for axis in (1, 2):
            last = self.sections[axis] * 3
            interleaved[..., axis:last:3] = angles[axis, ..., axis:last:3]
        doubled = torch.cat((interleaved, interleaved), dim=-1)
        return doubled.cos(), doubled.sin()


def rotate(x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    half = x.shape[-1] // 2
    turned = torch.cat((-x[..., half:], x[..., :half]), dim=-1)
    return x * cosine.unsqueeze(1) + turned * sine.unsqueeze(1)


def repeat_heads(x: Tensor, times: int) -> Tensor:
    batch, heads, length, width = x.shape
    expanded = x[:, :, None, :, :].expand(batch, heads, times, length, width)
    return expanded.reshape(batch, heads * times, length, width)


KeysAndValues = tuple[Tensor, Tensor]


class TextAttention(nn.Module):
    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        self.head_dim = config.head_dim
        self.groups = config.num_attention_heads // config.num_key_value_heads
        query_width = config.num_attention_heads * config.head_dim
        key_width = config.num_key_value_heads * config.head_dim
        self.q_proj = nn.Linear(config.hidden_size, query_width, bias=False)
        self.k_proj = nn.Linear(config.hidden_size, key_width, bias=False)
        self.v_proj = nn.Linear(config.hidden_size, key_width, bias=False)
        self.o_proj = nn.Linear(query_width, config.hidden_size, bias=False)
        self.q_norm = RMSNorm(config.head_dim, config.rms_norm_eps)
        self.k_norm = RMSNorm(config.head_dim, config.rms_norm_eps)

    def forward(
        self,
        x: Tensor,
        rotation: tuple[Tensor, Tensor],
        mask: Tensor | None,
        past: KeysAndValues | None,
    ) -> tuple[Tensor, KeysAndValues]:
        batch, length, _ = x.shape
        shape = (batch, length, -1, self.head_dim)
        query = self.q_norm(self.q_proj(x).view(shape)).transpose(1, 2)
        key = self.k_norm(self.k_proj(x).view(shape)).transpose(1, 2)
        value = self.v_proj(x).view(shape).transpose(1, 2)
        query, key = rotate(query, *rotation), rotate(key, *rotation)
        if past is not None:
            key, value = torch.cat((past[0], key), dim=2), torch.cat((past[1], value), dim=2)
        repeated_key, repeated_value = repeat_heads(key, self.groups), repeat_heads(value, self.groups)
        attended = attend(query, repeated_key, repeated_value, mask)
        attended = attended.transpose(1, 2).reshape(batch, length, -1)
        return self.o_proj(attended), (key, value)


class FeedForward(nn.Module):
    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(config.hidden_size, config.intermediate_size, bias=False)
        self.up_proj = nn.Linear(config.hidden_size, config.intermediate_size, bias=False)
        self.down_proj = nn.Linear(config.intermediate_size, config.hidden_size, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class DecoderLayer(nn.Module):
    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        self.self_attn = TextAttention(config)
        self.mlp = FeedForward(config)
        self.input_layernorm = RMSNorm(config.hidden_size, config.rms_norm_eps)
        self.post_attention_layernorm = RMSNorm(config.hidden_size, config.rms_norm_eps)

    def forward(
        self,
        x: Tensor,
        rotation: tuple[Tensor, Tensor],
        mask: Tensor | None,
        past: KeysAndValues | None = None,
    ) -> tuple[Tensor, KeysAndValues]:
        attended, present = self.self_attn(self.input_layernorm(x), rotation, mask, past)
        x = x + attended
        return x + self.mlp(self.post_attention_layernorm(x)), present


class TextDecoder(nn.Module):
    """The Qwen3 decoder with tied embeddings: `lm_head.weight` is also the embedding table."""

    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        self.config = config
        self.layers = nn.ModuleList(DecoderLayer(config) for _ in range(config.num_layers))
        self.norm = RMSNorm(config.hidden_size, config.rms_norm_eps)
        self.rotary = RotaryEmbedding(config)
        self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)
        nn.init.normal_(self.lm_head.weight, std=0.05)

    def embed(self, input_ids: Tensor) -> Tensor:
        return F.embedding(input_ids, self.lm_head.weight)

    def prefill(self, embeds: Tensor, position_ids: Tensor) -> tuple[Tensor, list[KeysAndValues]]:
        """Final hidden states and the cache of a whole sequence under a causal mask."""
        rotation = self.rotary(position_ids)
        length = embeds.shape[1]
        mask = torch.triu(torch.full((length, length), MASKED), diagonal=1)[None, None]
        presents: list[KeysAndValues] = []
        for layer in self.layers:
            embeds, present = layer(embeds, rotation, mask)
            presents.append(present)
        return self.norm(embeds), presents

    def step(
        self, embeds: Tensor, position_ids: Tensor, past: list[KeysAndValues]
    ) -> tuple[Tensor, list[KeysAndValues]]:
        """Final hidden state of one more token, and the grown cache."""
        rotation = self.rotary(position_ids)
        presents: list[KeysAndValues] = []
        for layer, layer_past in zip(self.layers, past, strict=True):
            embeds, present = layer(embeds, rotation, None, layer_past)
            presents.append(present)
        return self.norm(embeds), presents


class Qwen3ASR(nn.Module):
    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        if config.encoder.output_dim != config.decoder.hidden_size:
            raise ValueError("the encoder's output must be as wide as the decoder")
        self.config = config
        self.encoder = AudioEncoder(config.encoder)
        self.decoder = TextDecoder(config.decoder)
