"""The prompt around the audio, built from a tokenizer."""

import json
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer

from .tokenizer import pocket_tokenizer


@dataclass(frozen=True)
class Prompt:
    tokenizer: Tokenizer
    before_audio: list[int]
    after_audio: list[int]
    audio_pad: int
    end: int
    asr_text: int

    @staticmethod
    def of(tokenizer: Tokenizer) -> "Prompt":
        def token(content: str) -> int:
            return tokenizer.token_to_id(content)

        def text(content: str) -> list[int]:
            return tokenizer.encode(content, add_special_tokens=False).ids

        start, end, newline = token("<|im_start|>"), token("<|im_end|>"), text("\n")
        return Prompt(
            tokenizer=tokenizer,
            before_audio=[start, *text("system"), *newline, end, *newline]
            + [start, *text("user"), *newline, token("<|audio_start|>")],
            after_audio=[token("<|audio_end|>"), end, *newline, start, *text("assistant"), *newline],
            audio_pad=token("<|audio_pad|>"),
            end=end,
            asr_text=token("<asr_text>"),
        )

    @staticmethod
    def pocket() -> "Prompt":
        return Prompt.of(Tokenizer.from_str(json.dumps(pocket_tokenizer())))

    @staticmethod
    def from_directory(directory: Path) -> "Prompt":
        return Prompt.of(Tokenizer.from_file(str(directory / "tokenizer.json")))

    def ids(self, audio_tokens: int) -> list[int]:
        return [*self.before_audio, *([self.audio_pad] * audio_tokens), *self.after_audio]

    def answer(self, text: str) -> list[int]:
        """What the model is to say: the language, the text and the end of its turn."""
        language = self.tokenizer.encode("language English" if text else "language None").ids
        return [*language, self.asr_text, *self.tokenizer.encode(text).ids, self.end]
