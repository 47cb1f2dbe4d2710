"""What the account's ledger says that a request cost: late, but it has the last word."""

from datetime import datetime, timedelta

from bot.provider.client import Provider

# Clocks differ, and a charge lands once the generation is through.
BEFORE, AFTER = timedelta(minutes=2), timedelta(hours=2)


async def charged(provider: Provider, inference_id: str, submitted_at: datetime) -> int | None:
    """In credits; `None` while it says nothing. Raises as `Provider.charges` does."""
    found = [
        charge.credits
        async for charge in provider.charges(submitted_at - BEFORE, submitted_at + AFTER)
        if charge.reference_id == inference_id and charge.credits is not None
    ]
    return sum(found) if found else None
