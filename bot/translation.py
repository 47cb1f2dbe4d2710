"""Names and descriptions of commands in other languages, as Discord's clients show them.

They're in the same catalogues as the bot's sentences; what a catalogue lacks is shown in English.
Names of commands and options are in no catalogue: sentences and recipes quote them
(`/compose prompt:…`), and clients wouldn't find them any more under the quoted name. Commands in
the Apps menu are picked from a list, so their names are translated.
"""

from discord import Locale, app_commands
from discord.app_commands import TranslationContextLocation as Location

from bot import words


class CommandTranslator(app_commands.Translator):
    """Looks up what discord.py asks for when commands are registered."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """`None` where English stays."""
        if is_quoted(context):
            return None
        translated = words.catalogue(str(locale)).gettext(string.message)
        return translated if translated != string.message else None


def is_quoted(context: app_commands.TranslationContextTypes) -> bool:
    """Whether it is a name by which sentences call a command or an option."""
    if context.location is Location.command_name:
        return isinstance(context.data, app_commands.Command)
    return context.location in {Location.group_name, Location.parameter_name}
