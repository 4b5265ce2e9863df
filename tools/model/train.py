"""Trains the pocket model, which transcribes spoken English digits.

The learning rate follows the clock instead of a number of steps, so that a run ends when it must.
"""

import argparse
import copy
import math
import time
from pathlib import Path

import numpy as np
import torch

from .architecture import Qwen3ASR
from .batches import Batch, BatchStream, batch_of
from .clips import HELD_OUT_ACCENTS, HELD_OUT_VARIANTS, Clip, Sources, cached, espeak_clips, recordings
from .config import PRESETS
from .features import SAMPLE_RATE, log_mel
from .learning import Learner, edit_distance, text_of
from .prompt import Prompt
from .utterances import Utterance

CTC_WEIGHT = 0.5
WARM_UP_STEPS = 400


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fsdd", type=Path, required=True, help="recordings of the Free Spoken Digit Dataset")
    parser.add_argument("--cache", type=Path, required=True, help="where synthetic speech is kept between runs")
    parser.add_argument("--output", type=Path, required=True, help="checkpoint to write")
    parser.add_argument("--init", type=Path, help="checkpoint to continue from")
    parser.add_argument("--hold-out", help="person whose recordings are kept for validation")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--start-at", type=float, default=0.0, help="progress of the curriculum to start at")
    parser.add_argument("--learning-rate", type=float, default=1.5e-3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def validation_sets(options: argparse.Namespace) -> dict[str, Batch]:
    """Strings of five digits by unheard voices, and recordings without speech."""
    random = np.random.default_rng(7)

    def joined(clips: list[Clip]) -> Utterance:
        chosen = [clips[index] for index in random.integers(len(clips), size=5)]
        gap = np.zeros(int(0.15 * SAMPLE_RATE), np.float32)
        samples = np.concatenate([part for clip in chosen for part in (gap, clip.samples / np.abs(clip.samples).max(), gap)])
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


def main() -> None:
    options = arguments()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    prompt = Prompt.pocket()
    learner = Learner(Qwen3ASR(PRESETS["pocket"]), prompt)
    learner.model.encoder.to(memory_format=torch.channels_last)
    if options.init:
        learner.load_state_dict(torch.load(options.init)["average"])
    average = copy.deepcopy(learner)
    optimizer = optimiser(learner, options.learning_rate)
    sets = validation_sets(options)
    held_out = (options.hold_out,) if options.hold_out else ()
    stream = BatchStream(Sources.load(options.fsdd, options.cache, held_out), options.seed)
    stream.progress.value = options.start_at
    started = saved = reported = time.monotonic()
    total, losses = options.minutes * 60, []
    for step, batch in enumerate(stream, 1):
        elapsed = (time.monotonic() - started) / total
        if elapsed >= 1:
            break
        stream.progress.value = options.start_at + (1 - options.start_at) * elapsed
        rate = options.learning_rate * min(1, step / WARM_UP_STEPS)
        rate *= 0.01 + 0.99 * (1 + math.cos(math.pi * elapsed)) / 2
        for group in optimizer.param_groups:
            group["lr"] = rate
        cross_entropy, ctc = learner.loss(batch)
        (cross_entropy + CTC_WEIGHT * ctc).backward()
        torch.nn.utils.clip_grad_norm_(learner.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        follow(average, learner, step)
        losses.append((cross_entropy.item(), ctc.item()))
        if step % 100 == 0:
            now = time.monotonic()
            means = np.mean(losses, axis=0)
            print(
                f"step {step} minute {(now - started) / 60:.1f} loss {means[0]:.4f} ctc {means[1]:.4f} "
                f"seconds/step {(now - reported) / 100:.3f} queued {stream.queue.qsize()}",
                flush=True,
            )
            losses, reported = [], now
        if time.monotonic() - saved > 240:
            save(options.output, average, learner, step)
            rates = " ".join(f"{name} {errors(average, batch):.2%}" for name, batch in sets.items())
            print(f"step {step} errors: {rates}", flush=True)
            saved = time.monotonic()
    stream.close()
    save(options.output, average, learner, step)
    rates = " ".join(f"{name} {errors(average, batch):.2%}" for name, batch in sets.items())
    print(f"step {step} final errors: {rates}", flush=True)


if __name__ == "__main__":
    main()
