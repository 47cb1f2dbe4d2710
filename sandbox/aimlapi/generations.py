"""Generations and the money they cost. All of it is a function of the time, so nothing runs."""

import secrets
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sandbox.aimlapi.catalogue import CREDITS_PER_USD, Model

QUEUED_SHARE = 0.1
"""The part of its time that a generation spends in the queue."""


@dataclass(frozen=True, slots=True)
class Audio:
    """A finished file."""

    data: bytes
    content_type: str = "audio/wav"
    file_name: str = "output.wav"


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a generation, where a test wants something else than the usual.

    - `duration_s`: how long it takes; `math.inf` for ever
    - `error`: fail with this `error` member, an object or a text, instead of completing
    - `pending_status`: the word to report until the end, instead of queued and generating
    - `audio`: the file to serve instead of a rendered one
    - `audio_file`: members to set in the answer's `audio_file` (None removes one), as `{"url": …}`
    - `refusal`: the model refuses the submission with 400 and these words
    - `credits`: what it costs, instead of what the price list says
    """

    duration_s: float | None = None
    error: Mapping[str, str] | str | None = None
    pending_status: str | None = None
    audio: Audio | None = None
    audio_file: Mapping[str, object] = field(default_factory=dict)
    refusal: str | None = None
    credits: int | None = None


@dataclass(frozen=True, slots=True)
class Generation:
    """A submission that reached its model: what was asked, when, by which key, and what comes of
    it. `credits` is what it costs if it succeeds.
    """

    id: str
    inference_id: str
    client_request_id: str | None
    key: str
    model: Model
    body: Mapping[str, Any]
    credits: int
    submitted_at: datetime
    duration_s: float
    fate: Fate
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    file_token: str = field(default_factory=lambda: secrets.token_urlsafe(16))

    def status(self, now: datetime) -> str:
        """The status word at that moment."""
        if self.has_ended(now):
            return "error" if self.fails else "completed"
        if self.fate.pending_status is not None:
            return self.fate.pending_status
        return "queued" if self._age_s(now) < QUEUED_SHARE * self.duration_s else "generating"

    @property
    def fails(self) -> bool:
        """Whether it ends without a track."""
        return self.fate.error is not None or self.fate.refusal is not None

    def has_ended(self, now: datetime) -> bool:
        """Whether it is over at that moment, well or badly."""
        return self._age_s(now) >= self.duration_s

    @property
    def ended_at(self) -> datetime:
        """When it ends. Raises OverflowError for one that never does."""
        return self.submitted_at + timedelta(seconds=self.duration_s)

    def charged_credits(self, now: datetime) -> int:
        """What it has cost by then: nothing before its end, and nothing if it fails."""
        return self.credits if self.has_ended(now) and not self.fails else 0

    def _age_s(self, now: datetime) -> float:
        return (now - self.submitted_at).total_seconds()

    @property
    def music(self) -> tuple[str, str, int, float]:
        """All that decides how it sounds: prompt, negative prompt, seed, length in seconds."""
        body = self.body
        prompt, excluded = body.get("prompt", ""), body.get("negative_prompt", "")
        return prompt, excluded, self.seed, self.model.track_length_s(body)

    @property
    def seed(self) -> int:
        """The seed asked for, else one that no other generation has."""
        asked = self.body.get("seed")
        return int(asked) if asked is not None else int(self.id.replace("-", "")[:12], 16)


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One movement of the balance. `credits` is positive; the direction carries the sign."""

    created_at: datetime
    sequence: int
    direction: str
    type: str
    credits: int
    model: str | None = None
    reference_id: str | None = None


class Ledger:
    """What came in by hand, and what the generations cost. Money is counted in credits."""

    def __init__(self, opened_at: datetime, balance_usd: float, charge_lag_s: float) -> None:
        self.generations: list[Generation] = []
        self._charge_lag = timedelta(seconds=charge_lag_s)
        self._movements: list[Entry] = []
        self.move(opened_at, balance_usd, "INIT")

    def move(self, at: datetime, usd: float, kind: str) -> None:
        """Put money in, or with a negative amount take it out."""
        self._movements.append(
            Entry(
                at,
                len(self._movements),
                "TOPUP" if usd >= 0 else "CHARGE",
                kind,
                round(abs(usd) * CREDITS_PER_USD),
                reference_id=secrets.token_urlsafe(12) if kind == "PAYMENT" else None,
            )
        )

    def entries(self, now: datetime) -> list[Entry]:
        """All movements that have landed, newest first."""
        return sorted([*self._movements, *self._charges(now)], reverse=True)

    def balance_credits(self, now: datetime) -> int:
        """What the entries add up to."""
        return _total(self._movements) - sum(charge.credits for charge in self._charges(now))

    def affords(self, price_credits: int, now: datetime) -> bool:
        """Whether the balance, less what is under way or not yet charged, pays for one more."""
        return _total(self._movements) - committed(self.generations, now) >= price_credits

    def _charges(self, now: datetime) -> Iterator[Entry]:
        # A charge lands after the answer, for what takes its time after the completion, and
        # failed requests are never charged (AI/ML API docs: Account Balance).
        for sequence, generation in enumerate(self.generations):
            if self._has_landed(generation, now):
                yield Entry(
                    self._lands_at(generation),
                    sequence,
                    "CHARGE",
                    "MODEL_USAGE",
                    generation.credits,
                    generation.model.name,
                    generation.inference_id,
                )

    def _has_landed(self, generation: Generation, now: datetime) -> bool:
        return generation.status(now) == "completed" and self._lands_at(generation) <= now

    def _lands_at(self, generation: Generation) -> datetime:
        return generation.ended_at + self._charge_lag


def committed(generations: Iterable[Generation], now: datetime) -> int:
    """The credits that these have cost, or will unless they fail."""
    return sum(
        generation.credits
        for generation in generations
        if not (generation.fails and generation.has_ended(now))
    )


def _total(entries: Iterable[Entry]) -> int:
    return sum(e.credits if e.direction == "TOPUP" else -e.credits for e in entries)
