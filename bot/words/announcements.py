"""What the channel, or the member alone, is told of a job."""

from bot.domain.jobs import FailureKind
from bot.words.phrases import REFERENCE_TOO_OLD, mention


def track_ready(member_id: int) -> str:
    """Above the audio file."""
    return f"{mention(member_id)} your track is ready."


def track_as_link(member_id: int, why: str) -> str:
    """Above the download button, when the file itself can't be posted."""
    return (
        f"{mention(member_id)} your track is ready. {why} "
        "Get it with the button below, soon: the link does not live for ever."
    )


def track_as_address(member_id: int, why: str, url: str) -> str:
    """The same where the address is too long for a button; `<…>` keeps Discord from embedding."""
    return (
        f"{mention(member_id)} your track is ready. {why} "
        f"Get it here, soon: the link does not live for ever.\n<{url}>"
    )


def too_large(limit_bytes: int) -> str:
    """Why there is a link in place of the file."""
    return f"It is larger than the {limit_bytes / 1_048_576:.0f} MB I may upload here."


FILE_GONE = "I could not fetch its file from the music service, though it should be there."
NOT_AUDIO = "What the music service sent is not an audio file I know."


def track_unreachable(member_id: int) -> str:
    """The track exists, but not where we can or may fetch it."""
    return (
        f"{mention(member_id)} your track was made, but the music service gave no address that "
        "I can fetch it from. That is not your fault; whoever runs me finds the details in my log."
    )


def failed(member_id: int, kind: FailureKind, reason: str) -> str:
    """A failure as the channel reads it, with a mention of the member."""
    return f"{mention(member_id)} your track did not work out. {failure(kind, reason)}"


def failure(kind: FailureKind, reason: str) -> str:
    """Why there is no track, and what to do next. `reason` is the provider's, made harmless."""
    match kind:
        case FailureKind.REJECTED:
            return (
                f"The music service did not take this request. {service_says(reason)} "
                "It cost nothing. Change the prompt and use `/compose` again."
            )
        case FailureKind.GENERATION:
            return (
                f"The music service could not make this track. {service_says(reason)} "
                "It cost nothing. Another wording often helps."
            )
        case FailureKind.INTERRUPTED:
            return (
                "The connection broke while I was handing your prompt to the music service, so I "
                "can't know whether it was taken. It may have been billed, so I do not send it "
                "again by myself. Press the button if you want another try."
            )
        case FailureKind.REFERENCE:
            return REFERENCE_TOO_OLD
        case FailureKind.LOST:
            return (
                "The music service lost this track and will not deliver it any more. "
                "Press the button if you want another try."
            )


def service_says(reason: str) -> str:
    """The provider's own words, whether or not they end with a full stop."""
    return f"It says: “{reason.removesuffix('.')}”."


def suggested(text: str) -> str:
    """What the provider would take instead; ends its own words."""
    return f"Suggestion: {text}"


def expected(wanted: str, given: str) -> str:
    """What the provider wants at some place, and what stood there, if that is known."""
    return f"expected {wanted}, received {given}" if given else f"expected {wanted}"


NOT_STARTED = (
    "I was cut off at the very moment you asked for a track, so it was not started and cost "
    "nothing. If there is a card of it, the card is out of date. Use `/compose` to ask again."
)


def not_started(member_id: int) -> str:
    """Told once when a request came to nothing in a way that the member may not have seen."""
    return f"{mention(member_id)} {NOT_STARTED}"


def overdue(member_id: int) -> str:
    """Told once when a generation takes far longer than usual."""
    return (
        f"{mention(member_id)} your track takes much longer than usual. I keep asking for it, "
        "and deliver it when it comes."
    )


def file_late(member_id: int) -> str:
    """Told once when a track is finished, and its file can't be had."""
    return (
        f"{mention(member_id)} your track is finished, but its file is late: the music service "
        "hasn't handed it over yet. I'll keep trying, and post it, or a link to it, when I have it."
    )


def delayed(member_id: int, *, host_knows: bool = False) -> str:
    """Told once when nothing can be submitted for now."""
    told = ", and whoever runs me has been told" if host_knows else ""
    return (
        f"{mention(member_id)} your track has to wait: the music service takes no requests from me "
        f"right now. That is not your fault, and your place is kept{told}. "
        "I start as soon as it works again."
    )
