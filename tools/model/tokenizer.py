"""The pocket model's tokenizer: byte-level BPE in the format of the published models."""

import json
from pathlib import Path

from .config import POCKET_VOCABULARY

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
SPECIAL_TOKENS = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|audio_start|>",
    "<|audio_end|>",
    "<|audio_pad|>",
    "<asr_text>",
)
# The order decides: a merge inside a word (" o" in " one", "us" in "user") must win over the first
# merge of a later word ("on" in "one", "se" in "seven").
WORDS = (
    *(f" {digit}" for digit in DIGITS),
    " English",
    " None",
    "language",
    "system",
    "assistant",
    "user",
    *DIGITS,
)
SPLIT_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def byte_characters() -> list[str]:
    """A printable character for each byte: itself where it is one, else the next from U+0100."""
    printable = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    substitutes = iter(range(0x100, 0x200))
    return [chr(byte if byte in printable else next(substitutes)) for byte in range(256)]


def merges_of_words() -> list[tuple[str, str]]:
    """Merges that build each word from its first character on, shared prefixes once."""
    alphabet = byte_characters()
    merges: dict[tuple[str, str], None] = {}
    for word in WORDS:
        characters = [alphabet[byte] for byte in word.encode()]
        for end in range(1, len(characters)):
            merges["".join(characters[:end]), characters[end]] = None
    return list(merges)


def pocket_tokenizer() -> dict:
    """The content of the pocket model's `tokenizer.json`."""
    merges = merges_of_words()
    entries = sorted(byte_characters()) + ["".join(pair) for pair in merges]
    first_special = POCKET_VOCABULARY - len(SPECIAL_TOKENS)
    if len(set(entries)) != len(entries) or len(entries) > first_special:
        raise ValueError("the words' merges are ambiguous or too many for the vocabulary")
    entries += [f"<unused{index}>" for index in range(len(entries), first_special)]
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": False}
    split = {"type": "Split", "pattern": {"Regex": SPLIT_PATTERN}, "behavior": "Isolated", "invert": False}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {
                "id": first_special + index,
                "content": content,
                "single_word": False,
                "lstrip": False,
                "rstrip": False,
                "normalized": False,
                "special": content != "<asr_text>",
            }
            for index, content in enumerate(SPECIAL_TOKENS)
        ],
        "normalizer": {"type": "NFC"},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [split, byte_level]},
        "post_processor": None,
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": False,
            "vocab": {entry: index for index, entry in enumerate(entries)},
            "merges": [list(pair) for pair in merges],
        },
    }


def write_pocket_tokenizer(path: Path) -> None:
    path.write_text(json.dumps(pocket_tokenizer(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
