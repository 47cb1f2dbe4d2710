"""The provider: the key, and what is left on the account."""

from collections.abc import Sequence

from bot.errors import GenerationUnknown, KeyRejected, OutOfCredits, ProviderError
from bot.ops.doctor.findings import Finding, Ill, ok
from bot.provider.client import Provider
from bot.settings import Settings


async def check_provider(settings: Settings) -> Sequence[Finding]:
    """Ask for the balance, which costs nothing."""
    key = settings.aimlapi_key.get_secret_value()
    async with Provider.open(settings.aimlapi_url, key, proxy=settings.proxy()) as provider:
        try:
            balance = await provider.balance()
        except KeyRejected as error:
            raise Ill("the key is rejected. Make a new one and set AIMLAPI_KEY") from error
        except OutOfCredits as error:
            raise Ill(f"the account is refused ({error}). Top it up at the provider") from error
        except GenerationUnknown as error:
            raise Ill("there is no AI/ML API at this address. Check AIMLAPI_URL") from error
        except ProviderError as error:
            raise Ill(f"can't be reached: {error}. Check AIMLAPI_URL and the network") from error
    text = f"the key works; {balance.current_balance:.2f} {balance.currency} left"
    if balance.current_balance <= 0:
        raise Ill(f"{text}. Top up the account, or no track can be made")
    return [ok(text)]
