"""The sound: alt text of its picture, and tags of converted files."""

from datetime import date

TAG_AI_GENERATED = "AI-generated"


def tag_comment(model: str, made_on: date, prompt: str) -> str:
    """Written into converted files, for players that show it."""
    return f"AI-generated with {model} on {made_on:%Y-%m-%d}. Prompt: {prompt}"


def length(seconds: float) -> str:
    """How long a track is, such as `33 seconds` or `2 minutes 5 seconds`."""
    if seconds < 0.1:
        return "less than 0.1 seconds"
    if seconds < 2:
        return f"{seconds:.1f} seconds"
    minutes, rest = divmod(round(seconds), 60)
    parts = [(minutes, "minute"), (rest, "second")]
    return " ".join(f"{n} {unit}{'' if n == 1 else 's'}" for n, unit in parts if n)


def sound_length(duration_s: float, tempo_bpm: float | None) -> str:
    """The first sentence of the alt text."""
    tempo = "" if tempo_bpm is None else f", about {tempo_bpm:.0f} beats per minute"
    return f"Waveform of the track: {length(duration_s)}{tempo}."


SOUND_SILENT = "There is nothing to hear in it."
SOUND_EVEN = "It is about equally loud from start to end."
SOUND_VERY_QUIET = "All of it is very quiet."
SOUND_STARTS_AT_ONCE = "starts at full loudness"
SOUND_STARTS_QUIETLY = "starts quietly"
SOUND_STARTS_SILENT = "starts with silence"
SOUND_STOPS = "stops without fading out"
SOUND_FADES = "fades out at the end"


def sound_builds_up(until: str) -> str:
    """When the loudest level is first reached."""
    return f"builds up until {until}"


def sound_loud_from(since: str) -> str:
    """When full loudness comes after a moment's silence or quiet."""
    return f"is loud from {since} on"


def sound_quieter(since: str, until: str) -> str:
    """A passage in the middle that stands out."""
    return f"gets quieter from {since} to {until}"


def sound_quieter_from(since: str) -> str:
    """The end, where it is quieter than the rest and yet no fade."""
    return f"gets quieter from {since} on"


def sound_pauses(since: str, until: str) -> str:
    """A passage in the middle without any sound."""
    return f"is silent from {since} to {until}"


def sound_fades_from(since: str) -> str:
    """A fade that begins well before the end."""
    return f"fades out from {since} on"


def sound_course(parts: list[str]) -> str:
    """One sentence from what happens one after the other."""
    *first, last = parts
    return f"It {', '.join(first)} and {last}." if first else f"It {last}."
