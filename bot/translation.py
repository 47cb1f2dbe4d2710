"""Names and descriptions of commands in other languages, as Discord's clients show them.

A language is a table from what the code says to what its speakers read; what a table lacks is shown
in English. Names of commands and options are in no table: sentences and recipes quote them
(`/compose prompt:…`), and clients would not find them any more under the quoted name. Commands in
the Apps menu are picked from a list, so their names are translated.
"""

from collections.abc import Mapping

import discord
from discord import app_commands
from discord.app_commands import TranslationContextLocation as Location

from bot import words

# Discord takes names of at most 32 characters and descriptions of at most 100.
GERMAN: Mapping[str, str] = {
    words.COMPOSE: "Mach aus einem Satz ein Musikstück",
    words.COMPOSE_PROMPT: "Wie es klingen soll: Stil, Stimmung, Instrumente, Tempo",
    words.COMPOSE_NEGATIVE_PROMPT: "Was du nicht hören möchtest",
    words.COMPOSE_SEED: "Mit gleichem Seed und Prompt entsteht etwa das gleiche Stück noch einmal",
    words.COMPOSE_MODEL: "Wer die Musik macht; wähle aus der Liste",
    words.COMPOSE_LYRICS: "Text, der gesungen wird, wenn das Modell singt",
    words.COMPOSE_SECONDS: "Wie lang es werden soll, wenn das Modell die Wahl lässt",
    words.COMPOSE_INSTRUMENTAL: "Ohne Stimmen",
    words.COMPOSE_VARIATIONS: "Wie viele Fassungen entstehen, 1 bis 4; jede zählt als Stück",
    words.COMPOSE_PRIVATE: "Nur du siehst und hörst es",
    words.COMPOSE_FORMAT: "Die Art der Datei; normalerweise so, wie sie vom Modell kommt",
    words.TRACKS: "Deine Stücke, neueste zuerst: anhören, teilen, umbenennen, löschen",
    words.TRACKS_USER: "Öffentliche Stücke von jemand anderem auf diesem Server",
    words.TRACKS_SEARCH: "Wörter aus dem Prompt oder dem Titel",
    words.TRACKS_ONLY: "Nur manche davon",
    words.TRACKS_MODEL: "Nur die von einem Modell",
    words.TRACKS_SERVER: "Nur deine Stücke von diesem Server, sonst von allen Servern",
    words.ONLY_LIKED: "Gefallen jemandem",
    words.ONLY_HELD: "Noch nicht zugestellt",
    words.ONLY_PRIVATE: "Privat",
    words.TOP: "Was auf diesem Server am besten gefällt",
    words.TOP_PERIOD: "Wie weit zurück; normalerweise eine Woche",
    words.PERIOD_WEEK: "Diese Woche",
    words.PERIOD_MONTH: "Dieser Monat",
    words.PERIOD_EVER: "Seit jeher",
    words.JOBS: "Was von dir wartet oder läuft, zum Ansehen und Abbrechen",
    words.JOBS_EVERYONE: "Alles auf diesem Server, für Moderatoren",
    words.HELP: "Was du hier tun kannst, mit Beispielen zum Anklicken",
    words.COVER: "Mach aus einem Stück eine neue Fassung in anderem Stil",
    words.COVER_AUDIO: "Das Stück: MP3, WAV, FLAC, OGG oder M4A, 6 Sekunden bis 6 Minuten",
    words.COVER_PROMPT: "Wie die neue Fassung klingen soll: Stil, Stimmung, Instrumente",
    words.COVER_LYRICS: "Neuer Text, wenn der alte weichen soll",
    words.COVER_MENU: "Neue Fassung davon machen",
    words.COMPOSE_MENU: "Daraus ein Stück machen",
}
LANGUAGES: Mapping[discord.Locale, Mapping[str, str]] = {discord.Locale.german: GERMAN}


class CommandTranslator(app_commands.Translator):
    """Looks up what discord.py asks for when commands are registered."""

    def __init__(self, languages: Mapping[discord.Locale, Mapping[str, str]] = LANGUAGES) -> None:
        self._languages = languages

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """`None` where English stays."""
        if is_quoted(context):
            return None
        return self._languages.get(locale, {}).get(string.message)


def is_quoted(context: app_commands.TranslationContextTypes) -> bool:
    """Whether it is a name by which sentences call a command or an option."""
    if context.location is Location.command_name:
        return isinstance(context.data, app_commands.Command)
    return context.location in {Location.group_name, Location.parameter_name}
