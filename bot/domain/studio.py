"""What the studio's dialog is filled in with, and what counts of it when it's sent."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.drafts import Draft
from bot.domain.models import Model, model_named
from bot.domain.offer import Offer
from bot.domain.styles import Style

OFFERED_S = 30  # where a model has several lengths, and the member has used none


@dataclass(frozen=True, kw_only=True)
class LastUsed:
    """What a member's last request was made with; `style` is the name of theirs it used."""

    model: str
    seconds: int | None = None
    style: str | None = None


@dataclass(frozen=True, kw_only=True)
class Start:
    """What the dialog opens with; `seconds` only where the model lets one choose."""

    model: Model
    seconds: int | None = None
    style: Style | None = None

    def typed_in(self, sent: Draft, style: Style | None) -> Draft:
        """What the member gave explicitly: what was only filled in gives way to the style."""
        request, by_style = sent.request, style or Style(name="")
        if request.model == self.model.id and by_style.model:
            sent = sent.having(model="")
        model = model_named(sent.request.model or by_style.model or "")
        unfit = by_style.seconds is not None or not _takes(model, self.seconds)
        if request.seconds == self.seconds and unfit:
            sent = sent.having(seconds=None)
        return sent


def start_of(last: LastUsed | None, styles: Sequence[Style], offer: Offer) -> Start:
    """Where a member left off. Models and styles may be gone by now."""
    last = last or LastUsed(model=offer.default.id)
    usable = (one for one in styles if not one.model or offer.named(one.model))
    style = next((one for one in usable if one.name == last.style), None)
    wanted = style or Style(name="")
    model = offer.named(wanted.model or last.model)
    if model is None or model.reference:
        model = offer.default
    chosen = (wanted.seconds, last.seconds, OFFERED_S)
    seconds = next((one for one in chosen if _takes(model, one)), None)
    return Start(model=model, seconds=seconds, style=style)


def _takes(model: Model | None, seconds: int | None) -> bool:
    span = model.seconds if model else None
    return span is not None and seconds is not None and seconds in span
