"""Other languages: complete, within Discord's limits, and without renaming what sentences quote."""

from collections.abc import AsyncIterator

import discord
import pytest
from discord import app_commands
from discord.app_commands import TranslationContextLocation as Location

from bot import words
from bot.client import COGS, ComposeClient
from bot.domain.requests import AudioFormat
from bot.gateway.command_sync import payloads
from bot.translation import CommandTranslator, is_quoted
from tests.bot.words.catalogues import LANGUAGES, messages

# Formats are called the same everywhere.
UNTRANSLATED = {one.name for one in AudioFormat}
NAME_LIMIT, DESCRIPTION_LIMIT, CHOICE_LIMIT = 32, 100, 100
DESCRIPTIONS = {
    Location.command_description,
    Location.group_description,
    Location.parameter_description,
}


class Collector(app_commands.Translator):
    """Takes down every string that is asked for, with what it is."""

    def __init__(self) -> None:
        self.asked: dict[str, app_commands.TranslationContextTypes] = {}

    async def translate(
        self,
        string: app_commands.locale_str,
        _locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> None:
        self.asked[string.message] = context


@pytest.fixture
async def client() -> AsyncIterator[ComposeClient]:
    """With all commands, connected to nothing."""
    async with ComposeClient(api_url="http://127.0.0.1:1", command_guild_id=None) as client:
        for cog in COGS:
            await client.load_extension(cog)
        yield client
        for cog in COGS:
            await client.unload_extension(cog)


@pytest.fixture
async def shown(client: ComposeClient) -> dict[str, app_commands.TranslationContextTypes]:
    """What members read of commands, but for the names that sentences quote."""
    collector = Collector()
    await client.tree.set_translator(collector)
    await payloads(client.tree)
    return {text: context for text, context in collector.asked.items() if not is_quoted(context)}


@pytest.mark.parametrize("locale", LANGUAGES)
async def test_language_has_everything_that_members_read(
    shown: dict[str, app_commands.TranslationContextTypes], locale: str
) -> None:
    known = {message.id for message in messages(locale)}
    assert set(shown) - UNTRANSLATED - known == set()


@pytest.mark.parametrize("locale", LANGUAGES)
async def test_language_keeps_to_discords_limits(
    shown: dict[str, app_commands.TranslationContextTypes], locale: str
) -> None:
    for text, context in shown.items():
        translation = words.catalogue(locale).gettext(text)
        most = NAME_LIMIT
        if context.location in DESCRIPTIONS:
            most = DESCRIPTION_LIMIT
        elif context.location is Location.choice_name:
            most = CHOICE_LIMIT
        assert 0 < len(translation) <= most, translation


async def test_commands_are_registered_in_english_and_german(client: ComposeClient) -> None:
    await client.tree.set_translator(CommandTranslator())
    registered = {one["name"]: one for one in await payloads(client.tree)}
    compose = registered["compose"]
    assert compose["name_localizations"] == {}
    assert compose["description_localizations"] == {"de": "Mach aus einem Satz ein Musikstück"}
    prompt = next(option for option in compose["options"] if option["name"] == "prompt")
    assert prompt["description_localizations"]["de"].startswith("Wie es klingen soll")
    assert registered["Cover this track"]["name_localizations"] == {"de": "Dieses Stück covern"}


async def test_no_command_says_for_itself_who_may_install_it(client: ComposeClient) -> None:
    own = {command.name for command in client.tree.get_commands() if command.allowed_installs}
    assert own == set()
