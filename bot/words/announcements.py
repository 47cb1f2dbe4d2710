"""What the channel, or the member alone, is told about a track."""

from datetime import datetime

from bot.domain.jobs import NO_REASON, FailureKind
from bot.words.language import said, sentence
from bot.words.phrases import mention, reference_too_old, relative_time


def track_ready(member_id: int) -> str:
    """Above the audio file."""
    return said("{member} your track is ready.", member=mention(member_id))


def track_as_link(member_id: int, why: str) -> str:
    """Above the download button, when the file itself can't be posted."""
    get_it = said("Get it with the button below soon: the link expires.")
    return f"{track_ready(member_id)} {why} {get_it}"


def track_as_address(member_id: int, why: str, url: str) -> str:
    """The same where the address is too long for a button; `<…>` keeps Discord from embedding."""
    get_it = said("Get it here soon: the link expires.")
    return f"{track_ready(member_id)} {why} {get_it}\n<{url}>"


def too_large(limit_bytes: int) -> str:
    """Why there is a link in place of the file."""
    return said(
        "It's larger than the {megabytes} MB I can upload here.",
        megabytes=f"{limit_bytes / 1_048_576:.0f}",
    )


file_gone = sentence("I couldn't fetch the file from the music service, though it should be there.")
not_audio = sentence("What the music service sent isn't an audio file I know.")


def track_unreachable(member_id: int) -> str:
    """The track exists, but not where we can or may fetch it."""
    return said(
        "{member} your track was made, but the music service gave no address I can fetch it from. "
        "That's not your fault. Whoever runs me will find the details in my log.",
        member=mention(member_id),
    )


def failed(member_id: int, kind: FailureKind, reason: str) -> str:
    """A failure as the channel reads it, with a mention of the member."""
    start = said("{member} your track couldn't be made.", member=mention(member_id))
    return f"{start} {failure(kind, reason)}"


def failure(kind: FailureKind, reason: str) -> str:
    """Why there is no track, and what to do next. `reason` is the provider's, made harmless.

    Why it turned a request down is for those who ask: it reads as a reproach.
    """
    match kind:
        case FailureKind.REJECTED:
            return said(
                "The music service turned this request down. It cost nothing. A shorter prompt "
                "without names of artists, titles or films often works."
            )
        case FailureKind.GENERATION:
            return said(
                "The music service couldn't make this track. {reason} It cost nothing. "
                "Different wording often helps.",
                reason=service_says(reason),
            )
        case FailureKind.INTERRUPTED:
            return said(
                "The connection broke while I was handing your prompt to the music service, so I "
                "can't tell whether it arrived. It might have been paid for, so I won't send it "
                "again on my own. Press the button if you want another try."
            )
        case FailureKind.REFERENCE:
            return reference_too_old()
        case FailureKind.LOST:
            return said(
                "The music service lost this track and won't deliver it any more. "
                "Press the button if you want another try."
            )
        case FailureKind.RESTORED:
            return said(
                "I was restored from a backup that is older than your track, so I can't know what "
                "became of it. It might have been paid for, so I won't start it again on my own. "
                "Press the button if you want another try."
            )
        case FailureKind.LAPSED:
            return said(
                "It waited too long for the music service to take it, so I gave up. It cost "
                "nothing. Press the button if you still want it."
            )


def service_says(reason: str) -> str:
    """The provider's own words, whether or not they end with a full stop."""
    if reason == NO_REASON:
        return said("It gave no reason.")
    return said("It says: “{reason}”.", reason=reason.removesuffix("."))


def why_rejected(reason: str) -> str:
    """What whoever presses Why? learns. `reason` is the provider's, made harmless, or empty."""
    return service_says(reason) if reason else said("The music service didn't say why.")


nothing_to_explain = sentence("There's nothing to explain here.")


def suggested(text: str) -> str:
    """What the provider would take instead; ends its own words."""
    return f"Suggestion: {text}"


def expected(wanted: str, given: str) -> str:
    """What the provider wants at some place, and what stood there, if that is known."""
    return f"expected {wanted}, received {given}" if given else f"expected {wanted}"


not_started_text = sentence(
    "I was cut off at the very moment you asked for a track, so it wasn't started and cost "
    "nothing. If you see a card for it, ignore it. Use `/compose` to ask again."
)


def not_started(member_id: int) -> str:
    """Told once when a request came to nothing in a way that the member might not have seen."""
    return f"{mention(member_id)} {not_started_text()}"


def overdue(member_id: int) -> str:
    """Told once when a generation takes far longer than usual."""
    return said(
        "{member} your track is taking much longer than usual. I'll keep asking for it, and post "
        "it when it comes.",
        member=mention(member_id),
    )


def file_late(member_id: int) -> str:
    """Told once when a track is finished, and its file can't be had."""
    return said(
        "{member} your track is finished, but its file is late: the music service hasn't handed it "
        "over yet. I'll keep trying, and post it, or a link to it, when I have it.",
        member=mention(member_id),
    )


def delayed(member_id: int) -> str:
    """Told once when nothing can be submitted for now."""
    return said(
        "{member} your track has to wait: the music service isn't taking requests from me right "
        "now. That's not your fault, your place is kept, and I'll start as soon as it works again.",
        member=mention(member_id),
    )


def delayed_by_budget(member_id: int, again_at: datetime) -> str:
    """Told once if too little of the host's budget is left for it."""
    return said(
        "{member} your track has to wait: the budget that everyone shares is used up, and a new "
        "one starts {when}. Your place is kept, and I'll start as soon as I can.",
        member=mention(member_id),
        when=relative_time(again_at),
    )


host_told = sentence("Whoever runs me has been told.")
