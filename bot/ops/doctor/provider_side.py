"""The provider: what is left on the account, and what the key may do."""

from collections.abc import Sequence

from bot.errors import AccountRefused, GenerationUnknown, ProviderError, Trouble
from bot.ops.doctor.findings import Finding, Ill, ok, warn
from bot.provider.account import hindrance, spending
from bot.provider.client import Provider
from bot.settings import Settings

NO_GENERATION = "doctor"


async def check_provider(settings: Settings) -> Sequence[Finding]:
    """Ask for balance, key, and a generation that isn't there: none of them costs anything."""
    key = settings.aimlapi_key.get_secret_value()
    async with Provider.open(settings.aimlapi_url, key, proxy=settings.proxy()) as provider:
        try:
            return [await _balance(provider), *await _generating(provider), await _key(provider)]
        except AccountRefused as error:
            raise Ill(f"{error.advice} ({error})") from error


async def _balance(provider: Provider) -> Finding:
    try:
        balance = await provider.balance()
    except AccountRefused:
        raise
    except GenerationUnknown as error:
        raise Ill("there is no AI/ML API at this address. Check AIMLAPI_URL") from error
    except ProviderError as error:
        raise Ill(f"can't be reached: {error}. Check AIMLAPI_URL and the network") from error
    text = f"the key works; {balance.current_balance:.2f} {balance.currency} left"
    if balance.current_balance <= 0:
        raise Ill(f"{text}. Top up the account, or no track can be made")
    return ok(text)


async def _generating(provider: Provider) -> Sequence[Finding]:
    """Whether the calls around music are open to the account; raises `AccountRefused` if not."""
    try:
        await provider.fetch(NO_GENERATION)
    except (GenerationUnknown, Trouble):
        return []
    except AccountRefused:
        raise
    except ProviderError as error:
        return [warn(f"the calls for music can't be tried: {error}")]
    return []


async def _key(provider: Provider) -> Finding:
    try:
        terms = await provider.key_terms()
    except ProviderError as error:
        return warn(f"limit and scopes of the key can't be read: {error}")
    if terms is None:
        return ok(
            "the provider tells of another key only; limit and scopes of this one are unknown"
        )
    if ill := hindrance(terms):
        raise Ill(ill)
    return ok(spending(terms))
