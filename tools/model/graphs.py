"""The three exported graphs, written so that the exporter emits the published operators."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .architecture import (
    FRAMES_PER_WINDOW,
    MASKED,
    TOKENS_PER_ATTENTION_WINDOW,
    AudioEncoder,
    TextDecoder,
    audio_token_count,
)


class EncoderGraph(nn.Module):
    """mel [1, 128, T] to audio_features [1, N, H]."""

    def __init__(self, encoder: AudioEncoder) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, mel: Tensor) -> Tensor:
        frames = mel.shape[2]
        bins, width = self.encoder.config.num_mel_bins, self.encoder.config.hidden_size
        missing_frames = (FRAMES_PER_WINDOW - frames % FRAMES_PER_WINDOW) % FRAMES_PER_WINDOW
        padded = F.pad(mel, (0, missing_frames)).squeeze(0)
        windows = padded.view(bins, -1, FRAMES_PER_WINDOW).permute(1, 0, 2).unsqueeze(1)
        x = self.encoder.convolve(windows).reshape(-1, width)
        tokens = audio_token_count(frames)
        window = TOKENS_PER_ATTENTION_WINDOW
        missing_tokens = (window - tokens % window) % window
        x = F.pad(x[:tokens], (0, 0, 0, missing_tokens)).view(-1, window, width)
        padding = torch.arange(tokens + missing_tokens).view(-1, window) >= tokens
        mask = (padding.float() * MASKED).unsqueeze(1).unsqueeze(2)
        features = self.encoder.transform(x, mask)
        return features.reshape(1, -1, features.shape[-1])[:, :tokens]


class DecoderInitGraph(nn.Module):
    """The prompt with its audio: logits of all positions and the cache."""

    def __init__(self, decoder: TextDecoder) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(
        self, input_ids: Tensor, position_ids: Tensor, audio_features: Tensor, audio_offset: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        embeds = self.decoder.embed(input_ids)
        places = torch.arange(audio_features.shape[1]) + audio_offset[0]
        index = places.unsqueeze(0).unsqueeze(-1).expand(audio_features.shape)
        embeds = embeds.scatter(1, index, audio_features)
        hidden, presents = self.decoder.prefill(embeds, position_ids)
        keys, values = zip(*presents, strict=True)
        return self.decoder.lm_head(hidden), torch.stack(keys), torch.stack(values)


class DecoderInitFromEmbeddingsGraph(nn.Module):
    """The older form of `DecoderInitGraph`: the caller looks embeddings up and places the audio."""

    def __init__(self, decoder: TextDecoder) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(self, input_embeds: Tensor, position_ids: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        hidden, presents = self.decoder.prefill(input_embeds, position_ids)
        keys, values = zip(*presents, strict=True)
        return self.decoder.lm_head(hidden), torch.stack(keys), torch.stack(values)


class DecoderStepGraph(nn.Module):
    """One more token: its logits and the grown cache."""

    def __init__(self, decoder: TextDecoder) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(
        self, input_embeds: Tensor, position_ids: Tensor, past_keys: Tensor, past_values: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        layers = range(self.decoder.config.num_layers)
        past = [(past_keys[layer], past_values[layer]) for layer in layers]
        hidden, presents = self.decoder.step(input_embeds, position_ids, past)
        keys, values = zip(*presents, strict=True)
        return self.decoder.lm_head(hidden), torch.stack(keys), torch.stack(values)
