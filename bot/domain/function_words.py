"""Words that need another one after them, so that no title ends with them.

`_HARD` ones end no phrase at all. `_SOFT` ones may, as in "the world outside", but hardly where a
phrase was cut in two.
"""

import re
import unicodedata
from collections.abc import Sequence

from bot.domain.characters import is_seen

_HARD = {
    "en": """a an the and or but nor so yet then also plus as than like if because although though
        whereas while unless until whether when where that which who whose this these those my your
        his its our their some any every each no another such about against amid among at between by
        during for from in into of off on onto over per than to toward towards upon via vs versus
        with without w w/o feat ft featuring including especially very slightly quite rather really
        fairly somewhat extremely incredibly super highly too almost nearly approx only just even
        not more most less""",
    "de": """der die das den dem des ein eine einen einem einer eines kein keine keinen mein meine
        meinen meinem meiner dein deine sein seine seinen ihr ihre ihren unser unsere dieser diese
        dieses diesen diesem jeder jede jedes und oder aber sondern denn doch sowie wie als wenn
        weil dass daß ob obwohl während bevor nachdem bis sobald mit ohne von vom für bei beim im
        ins zum zur am ans aufs durchs fürs ums in aus gegen seit wegen trotz zwischen über unter
        hinter neben samt inkl ca sehr etwas ganz ziemlich leicht besonders recht eher fast nicht
        mehr nur auch so zu""",
    "fr": """le la les un une des du de au aux et ou mais donc car ni or que qui dont où quand comme
        si lorsque puisque mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs ce cet
        cette ces chaque quelques plusieurs à en dans sur sous par pour avec sans chez vers entre
        contre depuis pendant très trop assez peu plus moins presque""",
    "es": """el la los las lo un una unos unas y e o u pero sino ni que quien cuando donde como si
        porque aunque mientras mi mis tu tus su sus este esta estos estas ese esa cada algún alguna
        a al de del en con sin por para sobre entre hacia hasta desde contra según durante muy más
        menos tan casi""",
    "it": """il lo la i gli le un uno una e ed o ma però che chi quando dove come se perché mentre
        mio mia tuo sua suo di del dello della dei degli delle a al allo alla ai agli alle da dal
        dalla in nel nello nella nei nelle con su sul sulla per tra fra senza verso molto più meno
        quasi""",
    "pt": """o a os as um uma uns umas e ou mas que quem quando onde como se porque enquanto meu
        minha seu sua de do da dos das em no na nos nas com sem por pelo pela para sobre entre até
        desde muito mais menos quase""",
    "ru": """и а но или да что как если когда где чтобы в во на с со к ко о об от до из у за по под
        над при без для про через между не ни очень слишком почти мой моя твой твоя этот эта""",  # noqa: RUF001
}
_SOFT = {
    "en": """i he she it we they you me him her us them am is are was were be been being do does did
        has have had can could will would shall should may might must let lets there here all both
        few many several other one two three four five six seven eight nine ten above across after
        along around before behind below beneath beside beyond inside near outside since through
        throughout under underneath within how what why always never ever""",
    "de": """ich du er sie es wir man bin ist sind war waren wird werden wurde hat haben hatte kann
        können soll sollen will muss darf zwei drei vier fünf sechs sieben acht neun zehn ab an auf
        durch nach um vor noch viel viele alle einige""",
    "fr": "je tu il elle on nous vous ils elles est sont était a ont être avoir deux trois quatre",
    "es": "yo él ella nosotros ellos es son era está están fue ha han ser dos tres cuatro",
    "it": "io lui lei noi loro è sono era ha hanno essere due tre quattro",
    "pt": "eu ele ela nós eles é são era está foi tem ser dois duas três quatro",
    "ru": "я ты он она мы вы они был была было были есть два две три четыре",
}
# They mean something else in another language, and count only where the prompt is in their own.
_AMBIGUOUS = {"all", "bin", "come", "dare", "die", "do", "era", "fast", "hat", "leicht", "man",
              "pour", "recht", "sin", "sole", "son", "sono", "tan", "ton", "war"}  # fmt: skip
_CONTRACTED = re.compile(r"[^\W\d]+['\u2019](?:s|m|re|ve|ll|d|t)|\w{1,2}['\u2019]|qu['\u2019]")
_APOSTROPHES = "'\u2018\u2019"
_AROUND = '.,;:!?"\u201c\u201d\u201e\u00ab\u00bb'


def _by_language(lists: dict[str, str]) -> dict[str, frozenset[str]]:
    return {language: frozenset(text.split()) for language, text in lists.items()}


_HARD_WORDS = _by_language(_HARD)
_SOFT_WORDS = _by_language(_SOFT)


def leads_on(spoken: Sequence[str], *, cut: bool) -> bool:
    """Whether the last of these words waits for another one; `cut` says that one did follow."""
    word = _bare(spoken[-1])
    if not any(map(_says_something, word)) or word.endswith(("-", "/")):
        return True
    if _is_listed(word.strip(_APOSTROPHES), spoken, _HARD_WORDS):
        return cut or not _is_note(spoken)
    number = any(map(str.isdigit, word)) and not any(map(str.isalpha, word))
    return cut and (
        number
        or _CONTRACTED.fullmatch(word) is not None
        or _is_listed(word.strip(_APOSTROPHES), spoken, _SOFT_WORDS)
    )


def _bare(word: str) -> str:
    return unicodedata.normalize("NFC", word).strip(_AROUND).lower()


def _says_something(char: str) -> bool:
    """Letters, digits and emoji do."""
    kind = unicodedata.category(char)
    return is_seen(char) and kind[0] != "P" and kind != "Sm"


def _is_note(spoken: Sequence[str]) -> bool:
    """As in "waltz in A"."""
    return len(spoken) > 1 and spoken[-1] in {"A", "E"} and any(map(str.islower, spoken))


def _is_listed(word: str, spoken: Sequence[str], lists: dict[str, frozenset[str]]) -> bool:
    parts = filter(None, re.split(r"[/&+]", word))
    languages = _languages(spoken) if word in _AMBIGUOUS else lists.keys()
    listed = frozenset[str]().union(*(lists[language] for language in languages))
    return all(part in listed for part in parts)


def _languages(spoken: Sequence[str]) -> list[str]:
    """Those of which most of the function words are; none if there are no such words."""
    known = set(map(_bare, spoken)) - _AMBIGUOUS
    hits = {
        language: len(known & (words | _SOFT_WORDS[language]))
        for language, words in _HARD_WORDS.items()
    }
    most = max(hits.values())
    return [language for language, count in hits.items() if 0 < count == most]
