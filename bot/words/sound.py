"""The sound: alt text of its picture, and tags of converted files."""

from datetime import date

from bot.words.language import counted, said, sentence

TAG_AI_GENERATED = "AI-generated"


def tag_comment(model: str, made_on: date, prompt: str) -> str:
    """Written into converted files, for players that show it."""
    return f"AI-generated with {model} on {made_on:%Y-%m-%d}. Prompt: {prompt}"


def length(seconds: float) -> str:
    """How long a track is, such as `33 seconds` or `2 minutes 5 seconds`."""
    if seconds < 0.1:
        return said("less than 0.1 seconds")
    if seconds < 2:
        whole, tenths = f"{seconds:.1f}".split(".")
        return said("{whole}.{tenths} seconds", whole=whole, tenths=tenths)
    minutes, rest = divmod(round(seconds), 60)
    parts = []
    if minutes:
        parts.append(counted("{count} minute", "{count} minutes", count=minutes))
    if rest:
        parts.append(counted("{count} second", "{count} seconds", count=rest))
    return " ".join(parts)


def sound_length(duration_s: float, tempo_bpm: float | None) -> str:
    """The first sentence of the alt text."""
    if tempo_bpm is None:
        return said("Waveform of the track: {length}.", length=length(duration_s))
    return said(
        "Waveform of the track: {length}, about {bpm} beats per minute.",
        length=length(duration_s),
        bpm=f"{tempo_bpm:.0f}",
    )


sound_silent = sentence("There's nothing to hear in it.")
sound_even = sentence("It's about equally loud from start to end.")
sound_very_quiet = sentence("All of it is very quiet.")
sound_starts_at_once = sentence("starts at full loudness")
sound_starts_quietly = sentence("starts quietly")
sound_starts_silent = sentence("starts with silence")
sound_stops = sentence("stops without fading out")
sound_fades = sentence("fades out at the end")


def sound_builds_up(until: str) -> str:
    """When the loudest level is first reached."""
    return said("builds up until {until}", until=until)


def sound_loud_from(since: str) -> str:
    """When full loudness comes after a moment's silence or quiet."""
    return said("is loud from {since} on", since=since)


def sound_quieter(since: str, until: str) -> str:
    """A passage in the middle that stands out."""
    return said("gets quieter from {since} to {until}", since=since, until=until)


def sound_quieter_from(since: str) -> str:
    """The end, where it is quieter than the rest and yet no fade."""
    return said("gets quieter from {since} on", since=since)


def sound_pauses(since: str, until: str) -> str:
    """A passage in the middle without any sound."""
    return said("is silent from {since} to {until}", since=since, until=until)


def sound_fades_from(since: str) -> str:
    """A fade that begins well before the end."""
    return said("fades out from {since} on", since=since)


def sound_course(parts: list[str]) -> str:
    """One sentence from what happens one after the other."""
    *first, last = parts
    if first:
        return said("It {first} and {last}.", first=", ".join(first), last=last)
    return said("It {what}.", what=last)
