"""Runs a model directory by ONNX Runtime, the way the pipeline is specified."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime

from .architecture import audio_token_count
from .features import log_mel
from .prompt import Prompt

Arrays = dict[str, np.ndarray]
TOKENS_PER_SECOND = 8
LEAST_TOKENS = 32


@dataclass(frozen=True)
class Call:
    """What went into a graph and what came out."""

    graph: str
    inputs: Arrays
    outputs: Arrays


class Runner:
    """One model directory; `variant` is "fp32" or "int4"."""

    def __init__(self, directory: Path, variant: str, threads: int = 1) -> None:
        self.directory = directory
        self.config = json.loads((directory / "config.json").read_text())
        self.prompt = Prompt.from_directory(directory)
        decoder, table = self.config["decoder"], directory / "embed_tokens.bin"
        shape = decoder["vocab_size"], decoder["hidden_size"]
        # Older configurations do not tell the type; the file's size does.
        kind = "float16" if table.stat().st_size == 2 * shape[0] * shape[1] else "float32"
        self.embeddings = np.fromfile(table, kind).reshape(shape)
        self.suffix = ".int4" if variant == "int4" else ""
        self.options = onnxruntime.SessionOptions()
        self.options.intra_op_num_threads = threads
        self.options.log_severity_level = 3
        self.sessions = {name: self._session(name) for name in ("encoder", "decoder_init", "decoder_step")}

    def _session(self, name: str) -> onnxruntime.InferenceSession:
        path = self.directory / f"{name}{self.suffix}.onnx"
        if not path.exists():
            path = self.directory / f"{name}.onnx"
        return onnxruntime.InferenceSession(path, self.options, providers=["CPUExecutionProvider"])

    def call(self, name: str, inputs: Arrays) -> Call:
        session = self.sessions[name]
        names = [output.name for output in session.get_outputs()]
        return Call(name, inputs, dict(zip(names, session.run(names, inputs), strict=True)))

    def embed(self, ids: list[int]) -> np.ndarray:
        return self.embeddings[ids].astype(np.float32)[None]

    def encode(self, mel: np.ndarray) -> Call:
        return self.call("encoder", {"mel": mel[None].astype(np.float32)})

    def prefill(self, ids: list[int], features: np.ndarray) -> Call:
        positions = np.arange(len(ids))[None]
        offset = len(self.prompt.before_audio)
        wanted = {entry.name for entry in self.sessions["decoder_init"].get_inputs()}
        if "input_ids" in wanted:
            inputs = {
                "input_ids": np.array([ids]),
                "position_ids": positions,
                "audio_features": features,
                "audio_offset": np.array([offset]),
            }
        else:
            embeds = self.embed(ids)
            embeds[:, offset : offset + features.shape[1]] = features
            inputs = {"input_embeds": embeds, "position_ids": positions}
        return self.call("decoder_init", inputs)

    def step(self, token: int, previous: Call) -> Call:
        keys, values = previous.outputs["present_keys"], previous.outputs["present_values"]
        inputs = {
            "input_embeds": self.embed([token]),
            "position_ids": np.array([[keys.shape[3]]]),
            "past_keys": keys,
            "past_values": values,
        }
        return self.call("decoder_step", inputs)

    def calls(self, mel: np.ndarray) -> Iterator[Call]:
        """Encoder, prefill, then one step per token, greedily and without an end."""
        encoded = self.encode(mel)
        yield encoded
        call = self.prefill(
            self.prompt.ids(audio_token_count(mel.shape[1])), encoded.outputs["audio_features"]
        )
        while True:
            yield call
            call = self.step(int(call.outputs["logits"][0, -1].argmax()), call)

    def transcribe(self, samples: np.ndarray) -> str:
        """The text of 16 kHz samples; empty where nobody speaks."""
        peak = np.abs(samples).max(initial=0)
        mel = log_mel(samples / peak if peak > 1 else samples)
        limit = LEAST_TOKENS + TOKENS_PER_SECOND * mel.shape[1] // 100
        ends = self.config["special_tokens"]["eos_token_ids"]
        tokens: list[int] = []
        for call in self.calls(mel):
            if call.graph == "encoder":
                continue
            tokens.append(int(call.outputs["logits"][0, -1].argmax()))
            if tokens[-1] in ends or len(tokens) == limit:
                break
        marker = self.prompt.asr_text
        start = tokens.index(marker) + 1 if marker in tokens else 0
        return self.prompt.tokenizer.decode(tokens[start:], skip_special_tokens=True).strip()
