"""What became of a first answer, which is the card: a job is paid for only once Discord took it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Taken:
    """The card is there. Its id is `None` where Discord did not tell it."""

    card_message_id: int | None


@dataclass(frozen=True)
class Declined:
    """There is no card: the member saw nothing."""

    why: str


@dataclass(frozen=True)
class Unclear:
    """Whether there is a card is not known yet."""

    why: str


@dataclass(frozen=True)
class Unknowable:
    """Whether there is a card can't be found out any more."""

    why: str


FirstAnswer = Taken | Declined | Unclear | Unknowable
