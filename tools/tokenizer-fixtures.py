#!/usr/bin/env python3
"""Writes Tests/Fixtures/tokenizer: small tokenizers, and what Hugging Face `tokenizers` makes of texts with them.

    pip install tokenizers && tools/tokenizer-fixtures.py

For each tokenizer there is NAME.tokenizer.json and NAME.encodings.jsonl, whose lines hold a text, its ids, its ids
where special tokens are text, and both decodings of the ids.
"""

import json
import pathlib
import random

from tokenizers import Tokenizer, pre_tokenizers

OUTPUT = pathlib.Path(__file__).resolve().parent.parent / "Tests/Fixtures/tokenizer"

QWEN2 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
CL100K = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
MERGES = """
h e|l l|he ll|hell o|Ġ w|o r|Ġw or|l d|Ġwor ld|Ġ Ġ|ĠĠ ĠĠ|i n|in g|t h|th e|Ġ t|Ġt h|Ġth e|r e|Ġ a|a n|an d|1 2|12 3|Ċ Ċ|č Ċ
Ã ©|ä ¸|ä¸ Ń|æ ĸ|æĸ ĩ|Ð ¿|Ð¿ ÑĢ|Ñ Ģ|' s|' re|ð Ł|ðŁ ĳ|ðŁĳ į|Ì ģ|e Ìģ|< |a a|aa aa|aaaa aaaa|a b|Ġ <
""".replace("\n", "|")

TEXTS = [
    "", " ", "  ", "a", "hello world", " hello  world  ", "hello\nworld\r\n\r\n the end\n", "\t\t x", "1234567 12.5 ٣٤٥ ½ Ⅷ 𝟘",
    "I'll we're they'VE don't DON'T 'S 'ſ it's", "x=1;y=2 // comment\n\tif (a<b) {}", "aaaaaaaaaaaaaaaaaaaaaaa", "e\u0301 \u00e9 \u1e69 s\u0323\u0307 s\u0307\u0323",
    "\u212b \u2126 \u0958 \ufb01 \u0344", "\u1100\u1161\u11a8 \uac00\u11a8 \uac01 \u1112\u1161", "中文 字符，今天天气很好。", "привет, как дела?", "नमस्ते दुनिया", "مرحبا بالعالم",
    "👨‍👩‍👧‍👦 👍🏽 🇩🇪", "a\u000bb\u000cc\u0085d\u00a0e\u1680f\u2003g\u2028h\u202fi\u3000j\u200bk\ufeff", " \u00a0 \u00a0x", "\u0301\u0301", "a\u0345\u0301\u0323",
    "\U00010d4a\U0001e5f0\U00016d40", "\u0378\u0379", "\ufffd\ufffe\U0010ffff", "\u0000\u0001\u007f", "İ Ǆ ß ẞ", "<|im_start|>system\n<|im_end|>\n", "<|im_start|><|im_start|x",
    "a<mask>b <mask>  c", "x  <mask>  y", "one <word> two<word> <word>three <word>", "<e\u0301> <\u00e9>", "<|im_start|", "<pad><pad> <pad>", "é<|im_end|>é", "the thing and the end", "a.b..c...d", ".a.", "a-b--c", "--", "-a-",
]


def added(content, **flags):
    names = ["single_word", "lstrip", "rstrip", "normalized", "special"]
    return {"content": content} | {name: flags.get(name, False) for name in names}


def split(pattern, behavior="Isolated", invert=False):
    kind = "Regex" if isinstance(pattern, str) else "String"
    return {"type": "Split", "pattern": {kind: "".join(pattern)}, "behavior": behavior, "invert": invert}


def tokenizer(steps, tokens, normalizer=None, prefix_space=False, use_regex=False, string_merges=False, **options):
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocab = {character: index for index, character in enumerate(alphabet)}
    merges = []
    for pair in MERGES.split("|"):
        left, _, right = pair.partition(" ")
        if left in vocab and right in vocab and left + right not in vocab:
            vocab[left + right] = len(vocab)
            merges.append(pair if string_merges else [left, right])
    tokens = [dict(token) for token in tokens]
    count = len(vocab)
    for token in tokens:
        token["id"] = vocab.get(token["content"], count)
        count += token["id"] == count
    byte_level = {"type": "ByteLevel", "add_prefix_space": prefix_space, "trim_offsets": True, "use_regex": use_regex}
    steps = steps + [byte_level]
    model = {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None} | {
        "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": False} | options
    return {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": tokens, "normalizer": normalizer,
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": steps} if len(steps) > 1 else steps[0],
        "post_processor": byte_level if use_regex else None, "decoder": byte_level,
        "model": model | {"vocab": vocab, "merges": merges},
    }


def variants():
    chat = [added("<|im_start|>", special=True), added("<|im_end|>", special=True), added("<|im_start|x"), added("<pad>")]
    flags = [
        added("<mask>", lstrip=True, rstrip=True, special=True), added("<word>", single_word=True), added("the", normalized=True, rstrip=True),
        added("<e\u0301>", normalized=True), added("hello", special=True), added("é", normalized=True),
    ]
    nfc = {"type": "NFC"}
    yield "qwen2", tokenizer([split(QWEN2)], chat, nfc)
    yield "gpt2", tokenizer([], chat, prefix_space=True, use_regex=True, string_merges=True)
    yield "cl100k-words", tokenizer([split(CL100K)], flags, {"type": "Sequence", "normalizers": [nfc]}, ignore_merges=True)
    yield "previous", tokenizer(
        [split(["."], "MergedWithPrevious"), split(r"\s+|-", "MergedWithNext")], flags, prefix_space=True)
    yield "removed", tokenizer([split(r"\p{Lu}|\d{2,}|(?:ab)+", "Removed", True), split(["-"], "Contiguous")], [])


def encodings(path):
    reference = Tokenizer.from_file(str(path))
    for text in TEXTS + list(random_texts()):
        reference.encode_special_tokens = True
        plain = reference.encode(text).ids
        reference.encode_special_tokens = False
        ids = reference.encode(text).ids
        yield {
            "text": text, "ids": ids, "ids_special_as_text": plain,
            "decoded": reference.decode(ids, skip_special_tokens=False), "decoded_skip_special": reference.decode(ids),
        }
    # Bytes in any order, most of them not UTF-8.
    source = random.Random(2)
    for _ in range(40):
        ids = [source.randrange(256) if source.random() < 0.5 else source.randrange(130, 256) for _ in range(8)]
        yield {"ids": ids, "decoded": reference.decode(ids, skip_special_tokens=False)}


def random_texts():
    source = random.Random(1)
    blocks = [0x20, 0xA0, 0x300, 0x400, 0x900, 0x1100, 0x1E00, 0x2000, 0x3040, 0x4E00, 0xAC00, 0xD7B0, 0x1D400, 0x1F600]
    for _ in range(40):
        yield "".join(chr(source.choice(blocks) + source.randrange(80)) for _ in range(12))


def main():
    OUTPUT.mkdir(parents=True, exist_ok=True)
    for name, content in variants():
        path = OUTPUT / f"{name}.tokenizer.json"
        path.write_text(json.dumps(content, ensure_ascii=False) + "\n")
        lines = [json.dumps(line) + "\n" for line in encodings(path)]
        (OUTPUT / f"{name}.encodings.jsonl").write_text("".join(lines))


if __name__ == "__main__":
    main()
