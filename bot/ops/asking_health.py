"""`python -m bot health`: for containers and their kin, whether the bot on this machine lives."""

import http.client

from bot.errors import WrongUse
from bot.machine.hosting import EVERYWHERE, THIS_MACHINE, listening_host
from bot.settings import Settings

TIMEOUT_S = 5.0


def is_alive(settings: Settings) -> bool:
    """What its own `/healthz` says. Raises `WrongUse` where none is served."""
    if settings.port is None:
        raise WrongUse("PORT is not set, so there is nothing to ask. Set it for the bot, too")
    host = listening_host(settings.host)
    here = {EVERYWHERE: THIS_MACHINE, "::": "::1"}.get(host, host)
    connection = http.client.HTTPConnection(here, settings.port, timeout=TIMEOUT_S)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
