"""Batches of utterances of equal length in whole seconds, made by a process in the background."""

import multiprocessing
import os
import queue
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from threadpoolctl import threadpool_limits
from torch import Tensor

from .architecture import FRAMES_PER_WINDOW
from .clips import Sources
from .features import MEL_BINS
from .utterances import Composer, Utterance

SECONDS_PER_BATCH = 40
LARGEST_BATCH = 18


@dataclass(frozen=True)
class Batch:
    mel: Tensor
    frames: Tensor
    digits: list[tuple[int, ...]]


def arrays(utterances: list[Utterance]) -> tuple[np.ndarray, np.ndarray, list[tuple[int, ...]]]:
    frames = np.array([utterance.mel.shape[1] for utterance in utterances])
    padded = -(-frames.max() // FRAMES_PER_WINDOW) * FRAMES_PER_WINDOW
    mel = np.zeros((len(utterances), MEL_BINS, padded), np.float32)
    for row, utterance in zip(mel, utterances, strict=True):
        row[:, : utterance.mel.shape[1]] = utterance.mel
    return mel, frames, [utterance.digits for utterance in utterances]


def batch_of(utterances: list[Utterance]) -> Batch:
    mel, frames, digits = arrays(utterances)
    return Batch(torch.from_numpy(mel), torch.from_numpy(frames), digits)


def _produce(sources: Sources, seed: int, progress, output) -> None:
    # Both cores belong to the training; BLAS threads of this process would spin on them.
    os.nice(5)
    threadpool_limits(1)
    composer = Composer(sources, seed)
    buckets: dict[int, list[Utterance]] = defaultdict(list)
    while True:
        utterance = composer.utterance(progress.value)
        seconds = -(-utterance.mel.shape[1] // FRAMES_PER_WINDOW)
        # Rare long ones share buckets, or they would wait for company until the end.
        key = seconds if seconds <= 12 else 12 + -(-seconds // 8)
        buckets[key].append(utterance)
        if len(buckets[key]) >= min(max(2, SECONDS_PER_BATCH // seconds), LARGEST_BATCH):
            output.put(arrays(buckets.pop(key)))


class BatchStream:
    def __init__(self, sources: Sources, seed: int, workers: int = 1) -> None:
        context = multiprocessing.get_context("fork")
        self.progress = context.Value("d", 0.0, lock=False)
        self.queue = context.Queue(maxsize=8)
        self.workers = [
            context.Process(target=_produce, args=(sources, seed + i, self.progress, self.queue), daemon=True)
            for i in range(workers)
        ]
        for worker in self.workers:
            worker.start()

    def __iter__(self) -> Iterator[Batch]:
        while True:
            mel, frames, digits = self._next()
            yield Batch(torch.from_numpy(mel), torch.from_numpy(frames), digits)

    def _next(self) -> tuple[np.ndarray, np.ndarray, list[tuple[int, ...]]]:
        while True:
            try:
                return self.queue.get(timeout=60)
            except queue.Empty:
                if not all(worker.is_alive() for worker in self.workers):
                    raise RuntimeError("a process that makes batches has ended") from None

    def close(self) -> None:
        for worker in self.workers:
            worker.terminate()
