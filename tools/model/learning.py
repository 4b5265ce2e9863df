"""The training loss of a batch, and greedy transcription without a cache."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .architecture import Qwen3ASR
from .batches import Batch
from .prompt import Prompt
from .tokenizer import DIGITS

IGNORED = -100


def text_of(digits: tuple[int, ...]) -> str:
    return " ".join(DIGITS[digit] for digit in digits)


def edit_distance(reference, hypothesis) -> int:
    row = list(range(len(hypothesis) + 1))
    for i, expected in enumerate(reference, 1):
        previous, row[0] = row[0], i
        for j, found in enumerate(hypothesis, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (expected != found))
    return row[-1]


class Learner(nn.Module):
    """The model and the CTC head that teaches its encoder where the digits are."""

    def __init__(self, model: Qwen3ASR, prompt: Prompt) -> None:
        super().__init__()
        self.model = model
        self.prompt = prompt
        self.ctc_head = nn.Linear(model.config.encoder.output_dim, len(DIGITS) + 1)

    def loss(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Cross-entropy of the answers, and CTC of the encoder's output."""
        features, tokens = self.model.encoder(batch.mel, batch.frames)
        answers = [self.prompt.answer(text_of(digits)) for digits in batch.digits]
        hidden, labels = self.hidden_states(features, tokens, answers)
        wanted = labels != IGNORED
        cross_entropy = F.cross_entropy(self.model.decoder.lm_head(hidden[wanted]), labels[wanted])
        log_probabilities = self.ctc_head(features).log_softmax(-1).transpose(0, 1)
        flat = torch.tensor([digit + 1 for digits in batch.digits for digit in digits], dtype=torch.long)
        lengths = torch.tensor([len(digits) for digits in batch.digits])
        ctc = F.ctc_loss(log_probabilities, flat, tokens, lengths, reduction="sum", zero_infinity=True)
        return cross_entropy, ctc / max(1, len(flat))

    def hidden_states(
        self, features: Tensor, tokens: Tensor, answers: list[list[int]]
    ) -> tuple[Tensor, Tensor]:
        """Runs prompt and answer; `labels` hold the next token wherever the answer is to be learnt.

        Sequences are padded at their end, which a causal decoder never looks at.
        """
        prompts = [self.prompt.ids(count) for count in tokens.tolist()]
        longest = max(len(prompt) + len(answer) for prompt, answer in zip(prompts, answers, strict=True))
        ids = torch.full((len(prompts), longest), self.prompt.end)
        labels = torch.full((len(prompts), longest), IGNORED)
        for row, (prompt, answer) in enumerate(zip(prompts, answers, strict=True)):
            whole = torch.tensor(prompt + answer)
            ids[row, : len(whole)] = whole
            labels[row, len(prompt) - 1 : len(whole) - 1] = whole[len(prompt) :]
        embeds = self.model.decoder.embed(ids)
        valid = torch.arange(features.shape[1])[None] < tokens[:, None]
        embeds = embeds.masked_scatter((ids == self.prompt.audio_pad)[..., None], features[valid])
        positions = torch.arange(longest).expand(len(prompts), -1)
        return self.model.decoder.prefill(embeds, positions)[0], labels

    @torch.no_grad()
    def transcribe(self, batch: Batch, limit: int = 60) -> list[str]:
        """Greedy answers; prefills again for each token, which is cheap at this size."""
        features, tokens = self.model.encoder(batch.mel, batch.frames)
        answers: list[list[int]] = [[] for _ in batch.digits]
        active = list(range(len(answers)))
        for _ in range(limit):
            chosen = [answers[row] for row in active]
            hidden, _ = self.hidden_states(features[active], tokens[active], chosen)
            ends = [len(self.prompt.ids(int(tokens[row]))) + len(answers[row]) - 1 for row in active]
            states = hidden[torch.arange(len(active)), torch.tensor(ends)]
            for row, token in zip(
                active, self.model.decoder.lm_head(states).argmax(-1).tolist(), strict=True
            ):
                answers[row].append(token)
            active = [row for row in active if answers[row][-1] != self.prompt.end]
            if not active:
                break
        return [self.text_in(answer) for answer in answers]

    def text_in(self, answer: list[int]) -> str:
        marker = self.prompt.asr_text
        start = answer.index(marker) + 1 if marker in answer else 0
        return self.prompt.tokenizer.decode(answer[start:], skip_special_tokens=True).strip()
