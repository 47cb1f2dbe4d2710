"""Names and descriptions of commands in the languages of those who use them.

Discord docs: Interactions > Application Commands > Localization.
"""

from __future__ import annotations

from typing import Any

from sandbox.discord.model import Json

_FALLBACKS = {"en-US": "en-GB", "en-GB": "en-US", "es-419": "es-ES"}
_FIELDS = ("name", "description")
_BELOW = ("options", "choices")


def without_localizations(node: Json) -> Json:
    """As a listing shows a command that was asked for without its translations."""
    hidden = {f"{field}_localizations" for field in _FIELDS}
    return _mapped(
        {key: value for key, value in node.items() if key not in hidden}, without_localizations
    )


def localized(node: Json, locale: str) -> Json:
    """As a client of that language gets a command: `name_localized`, `description_localized`."""
    shown = dict(node)
    for field in _FIELDS:
        translations = shown.pop(f"{field}_localizations", None)
        if translation := _translation(translations, locale):
            shown[f"{field}_localized"] = translation
    return _mapped(shown, lambda child: localized(child, locale))


def is_called(node: Json, word: Any, locale: str) -> bool:
    """Whether a command, option or choice goes by that name, in the language or as registered."""
    return word in (node["name"], _translation(node.get("name_localizations"), locale))


def _translation(translations: Json | None, locale: str) -> str | None:
    known = translations or {}
    found: str | None = known.get(locale) or known.get(_FALLBACKS.get(locale, ""))
    return found


def _mapped(node: Json, change: Any) -> Json:
    below = {key: [change(child) for child in node[key]] for key in _BELOW if key in node}
    return node | below
