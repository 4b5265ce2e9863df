"""Trains the pocket model, which transcribes spoken English digits.

The learning rate follows the clock instead of a number of steps, so that a run ends when it must.
"""

import argparse
import copy
import math
import os
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
import torch.distributed
import torch.multiprocessing

from .architecture import Qwen3ASR
from .batches import Batch, BatchStream, batch_of
from .clips import HELD_OUT_ACCENTS, HELD_OUT_VARIANTS, Clip, Sources, cached, espeak_clips, recordings
from .config import PRESETS
from .features import SAMPLE_RATE, log_mel
from .learning import Learner, edit_distance, text_of
from .prompt import Prompt
from .utterances import Utterance

CTC_WEIGHT = 0.5
SECONDS_BETWEEN_CHECKPOINTS = 240


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--fsdd", type=Path, required=True, help="recordings of the Free Spoken Digit Dataset"
    )
    parser.add_argument(
        "--cache", type=Path, required=True, help="where synthetic speech is kept between runs"
    )
    parser.add_argument("--output", type=Path, required=True, help="checkpoint to write")
    parser.add_argument("--init", type=Path, help="checkpoint to continue from")
    parser.add_argument("--init-weights", choices=("average", "last"), default="average")
    parser.add_argument("--hold-out", help="person whose recordings are kept for validation")
    parser.add_argument("--all-accents", action="store_true", help="train on the held-out accents, too")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--start-at", type=float, default=0.0, help="progress of the curriculum to start at")
    parser.add_argument("--learning-rate", type=float, default=1.5e-3)
    parser.add_argument("--warm-up", type=int, default=400, metavar="STEPS")
    parser.add_argument("--processes", type=int, default=2, help="each trains on batches of its own")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def validation_sets(options: argparse.Namespace) -> dict[str, Batch]:
    """Strings of five digits by unheard voices, and recordings without speech."""
    random = np.random.default_rng(7)

    def joined(clips: list[Clip]) -> Utterance:
        chosen = [clips[index] for index in random.integers(len(clips), size=5)]
        gap = np.zeros(int(0.15 * SAMPLE_RATE), np.float32)
        samples = np.concatenate(
            [part for clip in chosen for part in (gap, clip.samples / np.abs(clip.samples).max(), gap)]
        )
        return Utterance(log_mel(samples * 0.5), tuple(clip.digits[0] for clip in chosen))

    sets: dict[str, Batch] = {}
    if options.hold_out:
        clips = recordings(options.fsdd, options.hold_out)
        sets[options.hold_out] = batch_of([joined(clips) for _ in range(80)])
    unheard = cached(
        options.cache / "espeak-validation.pickle",
        lambda: espeak_clips(3, HELD_OUT_ACCENTS, HELD_OUT_VARIANTS, 0, 60, shortest=5),
    )
    sets["synthetic"] = batch_of([Utterance(log_mel(clip.samples), clip.digits) for clip in unheard])
    levels = 10 ** random.uniform(-4.5, -0.5, 30)
    levels[:3] = 0
    noise = [random.standard_normal(random.integers(8000, 60_000)) * level for level in levels]
    sets["no speech"] = batch_of([Utterance(log_mel(samples), ()) for samples in noise])
    return sets


def errors(learner: Learner, batch: Batch) -> float:
    """Edit distance per digit; for recordings without speech, the share with any text."""
    texts = learner.transcribe(batch, limit=24)
    if not any(batch.digits):
        return sum(bool(text) for text in texts) / len(texts)
    pairs = list(zip(batch.digits, texts, strict=True))
    wrong = sum(edit_distance(text_of(digits).split(), text.split()) for digits, text in pairs)
    return wrong / sum(len(digits) for digits in batch.digits)


def optimiser(learner: Learner, learning_rate: float) -> torch.optim.Optimizer:
    matrices = [p for p in learner.parameters() if p.dim() > 1]
    others = [p for p in learner.parameters() if p.dim() <= 1]
    groups = [{"params": matrices, "weight_decay": 0.05}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=learning_rate, betas=(0.9, 0.98), fused=True)


@torch.no_grad()
def follow(average: Learner, learner: Learner, step: int) -> None:
    """Moves the running average of the weights."""
    decay = min(0.999, (1 + step) / (10 + step))
    for mean, current in zip(average.parameters(), learner.parameters(), strict=True):
        mean.lerp_(current, 1 - decay)


def save(path: Path, average: Learner, learner: Learner, step: int) -> None:
    """`average` is the model to export; `last` lets a further run continue."""
    content = {
        "config": average.model.config.as_dict(),
        "average": average.state_dict(),
        "last": learner.state_dict(),
        "step": step,
    }
    unfinished = path.with_suffix(".unfinished")
    torch.save(content, unfinished)
    unfinished.replace(path)


def share_gradients(learner: Learner, elapsed: float) -> float:
    """Averages the gradients of all processes; returns the average of their `elapsed`.

    One thread per process, meeting once per step, loses far less on a busy machine than threads
    that meet in each operator.
    """
    gradients = [parameter.grad for parameter in learner.parameters()]
    flat = torch.cat([gradient.reshape(-1) for gradient in gradients] + [torch.tensor([elapsed])])
    torch.distributed.all_reduce(flat)
    flat /= torch.distributed.get_world_size()
    offset = 0
    for gradient in gradients:
        gradient.copy_(flat[offset : offset + gradient.numel()].view_as(gradient))
        offset += gradient.numel()
    return flat[-1].item()


class Progress:
    """Logs, checkpoints and validates; the first process has one."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.output = options.output
        self.sets = validation_sets(options)
        self.started = self.saved = self.reported = time.monotonic()
        self.losses: list[tuple[float, float]] = []

    def note(self, step: int, losses: tuple[float, float]) -> None:
        self.losses.append(losses)
        if step % 100:
            return
        now, means = time.monotonic(), np.mean(self.losses, axis=0)
        print(
            f"step {step} minute {(now - self.started) / 60:.1f} loss {means[0]:.4f} ctc {means[1]:.4f} "
            f"seconds/step {(now - self.reported) / 100:.3f}",
            flush=True,
        )
        self.losses, self.reported = [], now

    def save(self, average: Learner, learner: Learner, step: int, at_once: bool = False) -> None:
        if not at_once and time.monotonic() - self.saved < SECONDS_BETWEEN_CHECKPOINTS:
            return
        save(self.output, average, learner, step)
        rates = " ".join(f"{name} {errors(average, batch):.2%}" for name, batch in self.sets.items())
        print(f"step {step} errors: {rates}", flush=True)
        self.saved = time.monotonic()


def initial(options: argparse.Namespace) -> Learner:
    torch.manual_seed(options.seed)
    learner = Learner(Qwen3ASR(PRESETS["pocket"]), Prompt.pocket())
    if options.init:
        learner.load_state_dict(torch.load(options.init)[options.init_weights])
    learner.model.encoder.to(memory_format=torch.channels_last)
    return learner


def train(rank: int, options: argparse.Namespace, rendezvous: str) -> None:
    torch.set_num_threads(1)
    torch.distributed.init_process_group(
        "gloo", init_method=f"file://{rendezvous}", rank=rank, world_size=options.processes
    )
    learner = initial(options)
    average = copy.deepcopy(learner)
    optimizer = optimiser(learner, options.learning_rate)
    progress = Progress(options) if rank == 0 else None
    held_out = (options.hold_out,) if options.hold_out else ()
    sources = Sources.load(options.fsdd, options.cache, held_out, options.all_accents)
    stream = BatchStream(sources, options.seed + 1000 * rank)
    stream.progress.value = options.start_at
    started, elapsed = time.monotonic(), 0.0
    for step, batch in enumerate(stream, 1):
        rate = options.learning_rate * min(1, step / options.warm_up)
        rate *= 0.01 + 0.99 * (1 + math.cos(math.pi * elapsed)) / 2
        for group in optimizer.param_groups:
            group["lr"] = rate
        cross_entropy, ctc = learner.loss(batch)
        (cross_entropy + CTC_WEIGHT * ctc).backward()
        elapsed = share_gradients(learner, (time.monotonic() - started) / (60 * options.minutes))
        stream.progress.value = options.start_at + (1 - options.start_at) * elapsed
        torch.nn.utils.clip_grad_norm_(learner.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        finished = elapsed >= 1
        if progress:
            follow(average, learner, step)
            progress.note(step, (cross_entropy.item(), ctc.item()))
            progress.save(average, learner, step, at_once=finished)
        if finished:
            break
    stream.close()


def main() -> None:
    options = arguments()
    # Made before the processes start, which would each make it otherwise.
    Sources.load(options.fsdd, options.cache, (), options.all_accents)
    with tempfile.TemporaryDirectory() as directory:
        rendezvous = os.path.join(directory, "rendezvous")
        torch.multiprocessing.spawn(train, (options, rendezvous), nprocs=options.processes)


if __name__ == "__main__":
    main()
