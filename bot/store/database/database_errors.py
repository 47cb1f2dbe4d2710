"""What a database error means, in one line for the host. Nothing is lost by any of them: a move
that could not be stored was not made, and is tried again."""

import sqlalchemy as sa

# Parts of messages, and what to do: SQLite's (https://www.sqlite.org/rescode.html), PgBouncer's.
_ADVICE = {
    "readonly database": "is read-only: give the bot's user the right to write file and folder",
    "database or disk is full": "can't grow, the disk is full: make room, and the bot goes on",
    "not a database": "is no SQLite file, or damaged: move it away, or put a backup in its place",
    "malformed": "is damaged: move it away, or put a backup in its place",
    "database is locked": "is locked by another program: end that one",
    "statement pooling mode": (
        "is behind a pooler that takes transactions apart: set its pool_mode to session, or use "
        "the direct address"
    ),
    "unable to open": "can't be opened: check that the folder exists and may be written to",
}


def in_words(error: BaseException) -> str:
    """The driver's own reason in one line, and a way out where we know one. No address, no data."""
    original = getattr(error, "orig", None) or error
    reason = (str(original).strip().splitlines() or [type(original).__name__])[0]
    for part, advice in _ADVICE.items():
        if part in reason:
            return f"{advice} ({reason})"
    cut_off = isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated
    if cut_off or isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError | OSError):
        return f"can't be reached ({reason}): check DATABASE_URL, and that the database is up"
    return f"gives an error ({reason})"
