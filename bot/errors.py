"""Everything that can go wrong, as one tree.

    ComposeError
    ├── SettingsError            a setting is missing or wrong; the host fixes it
    ├── WrongUse                 a command can't be used like that, or not with these settings
    ├── DatabaseUnusable         the database can't be opened, read or migrated
    ├── DatabaseTrouble          a query failed for now: nothing was changed, try again later
    ├── DiscordRejectedToken     the bot token is not valid
    ├── NotDiscords              what came back with a good status is not what Discord sends
    ├── NotInServer              COMMAND_GUILD_ID names a server that the bot is not in
    ├── PortUnusable             the port for health checks and metrics can't be listened on
    ├── NotTaken                 the model does not take what was asked for; the member fixes it
    │                            (in `bot.domain.problems`, with the problems it carries)
    ├── IllegalMove              a job was asked to make a move its state does not allow
    ├── AlreadyReceived          this interaction has made its job before
    ├── DailyLimitReached        the member, or the whole bot, has used up the day's tracks
    ├── AttemptsUsedUp           the member has asked too often today, whatever became of it
    ├── RequestsClosed           the provider has taken nothing for long, and only the host can
    │                            change that: nothing new is taken in
    ├── BudgetUsedUp             the host's money for a day or month is used up
    │                            (in `bot.domain.budgets`, with the period)
    ├── NoRoom                   the disk is nearly full: nothing new is taken in
    ├── AlreadyRetried           this failed job is being tried again already
    ├── ReferenceLost            the audio for a cover can't be had any more: final, and free
    ├── ReferenceTrouble         whether it can still be had can't be known for now: try again later
    ├── WorkshopTrouble          a file can't be examined or converted for now; it may be fine
    ├── HostNotTold              an alert did not reach whoever runs the bot, as far as is known
    ├── DeliveryError            a member could not be told
    │   ├── DeliveryUnsure       whether the message was posted can't be known yet
    │   ├── DeliveryLater        Discord has trouble, or asks to wait: surely not posted
    │   │   ├── Busy             too many tracks are being opened here: surely not posted
    │   │   └── NotUnderstood    Discord refuses in words that we don't know: perhaps for good
    │   ├── UploadTooLarge       Discord does not take a file of this size here
    │   ├── TrackDeleted         there is nothing to be told any more
    │   ├── AlreadySharing       somebody else is posting the same
    │   └── Unreachable          this way to the member is closed: take the next one
    │       └── ChannelGone      there is no such channel, nor anything in it
    └── ProviderError
        ├── Refused              the request was surely not accepted: nothing was paid
        │   ├── InvalidRequest   400 and its kin: final, the hint is for the member
        │   ├── AccountRefused   the host must act, and `advice` says how; the job waits
        │   │   ├── KeyRejected      401
        │   │   ├── OutOfCredits     402, and 403 unless its words mean one of the next three
        │   │   ├── NotVerified      403
        │   │   ├── KeyLimitReached  403
        │   │   └── KeyLacksAudio    403
        │   ├── RateLimited      429: try again later
        │   └── Unavailable      503 in the provider's own words, or nobody listens: try again later
        ├── OutcomeUnknown       a submission may or may not have been accepted: never sent again
        ├── GenerationUnknown    404 for a generation id: final
        ├── LogsUnavailable      the provider keeps no logs, or none for this key: not just for now
        ├── Trouble              a read failed on their side or on the way: try again later
        └── AudioError           the finished file can't be had
            ├── AudioUnavailable   for now: try again later
            │   └── PageInstead    a page or a message came in place of the file
            ├── AudioTooLarge      larger than the limit that was asked for
            ├── AudioUnusable      what came is no audio, or none that can be played: final
            └── AddressRefused     an address we never fetch from: final

`bot.words` turns these into sentences for members; the log gets `str(error)`.
"""

from datetime import datetime
from typing import ClassVar

REASON_LIMIT = 300


class ComposeError(Exception):
    """Base of all errors that are ours."""


class SettingsError(ComposeError):
    """One line a setting: which, what is wrong with it, and an example. Never the value itself."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class WrongUse(ComposeError):
    """A command of the host's that makes no sense; the message says what would."""


class DatabaseUnusable(ComposeError):
    """The database can't be used; the message says why and what the host can do."""


class DatabaseTrouble(ComposeError):
    """A query failed: no connection, a full disk, a lock. Nothing was changed by it."""


class DiscordRejectedToken(ComposeError):
    """Discord answered 401 to the bot's token."""


class NotDiscords(ComposeError):
    """An answer that makes no sense from Discord, whatever its status: a proxy's page, say."""


class NotInServer(ComposeError):
    """The commands can't be registered in the one server that the host named."""


class PortUnusable(ComposeError):
    """PORT can't be listened on; the message says what the host can do."""


class IllegalMove(ComposeError):
    """The table of moves does not allow this move, whatever the database holds."""


class AlreadyReceived(ComposeError):
    """The gateway repeats events after a resume; an interaction makes at most one job."""


class DailyLimitReached(ComposeError):
    """The request counts as more tracks than are `left` of the day's. `free_at` (UTC) is when it
    would fit, unless it counts as more than there are in a day."""

    def __init__(
        self, *, limit: int, whole_bot: bool, free_at: datetime, counts_as: int = 1, left: int = 0
    ) -> None:
        super().__init__(
            f"{'bot' if whole_bot else 'member'} limit of {limit} tracks a day reached"
        )
        self.limit = limit
        self.whole_bot = whole_bot
        self.free_at = free_at
        self.counts_as = counts_as
        self.left = left


class AttemptsUsedUp(ComposeError):
    """No more requests for now. `free_at` (UTC) is when the next one is possible again."""

    def __init__(self, *, limit: int, free_at: datetime) -> None:
        super().__init__(f"{limit} requests of a member within a day")
        self.limit = limit
        self.free_at = free_at


class RequestsClosed(ComposeError):
    """The provider has refused everything for so long that no new requests are taken."""


class NoRoom(ComposeError):
    """The disk is nearly full; the log says where."""


class AlreadyRetried(ComposeError):
    """A failed job has at most one other try that is under way or done: this one."""

    def __init__(self, other_id: str) -> None:
        super().__init__(f"tried again by job {other_id}")
        self.other_id = other_id


class FoundAfterAll(ComposeError):
    """What is to be tried again hasn't failed: the provider got it, and it goes on."""


class ReferenceLost(ComposeError):
    """The link to the audio that a cover is made of has ended, and no fresh one is to be had."""


class ReferenceTrouble(ComposeError):
    """Discord could not be asked for a fresh link to the audio that a cover is made of."""


class WorkshopTrouble(ComposeError):
    """No worker could deal with a file for now: too many wait, it took too long, none starts."""


class HostNotTold(ComposeError):
    """The host could not be told of trouble. Never quotes the webhook's address."""


class DeliveryError(ComposeError):
    """A message did not reach its member."""


class DeliveryUnsure(DeliveryError):
    """The connection broke after sending: the message may be there."""


class DeliveryLater(DeliveryError):
    """Surely not posted; the same message may be sent again later."""


class Busy(DeliveryLater):
    """No room for one more track at this moment; it is the bot that asks to wait."""


class NotUnderstood(DeliveryLater):
    """Discord's own refusal, with a code that is not in our list."""

    def __init__(self, message: str, *, code: int) -> None:
        super().__init__(message)
        self.code = code


class UploadTooLarge(DeliveryError):
    """413 or code 40005: the file is larger than what may be uploaded here."""


class Unreachable(DeliveryError):
    """Permission, channel, message or token are gone: this will not work later either."""


class ChannelGone(Unreachable):
    """Code 10003: there is no such channel or thread (any more), nor any message in it."""


class TrackDeleted(DeliveryError):
    """Nothing was posted: the track was taken away before its message went out."""


class AlreadySharing(DeliveryError):
    """Nothing was posted by this press: an earlier one is being worked on."""


class ProviderError(ComposeError):
    """Something between us and the music provider."""


class Refused(ProviderError):
    """The provider surely did not accept the request: it is free to send it again."""


class InvalidRequest(Refused):
    """The provider does not take this request; `hint` is its own explanation."""

    def __init__(self, hint: str) -> None:
        super().__init__(f"request not taken: {hint}")
        self.hint = hint


class AccountRefused(Refused):
    """Neither request nor provider is at fault. `advice`: what is wrong, and what helps."""

    advice: ClassVar[str]


class KeyRejected(AccountRefused):
    """The provider key is missing, wrong or revoked."""

    advice = "the key is rejected. Make a new one at the provider, and set AIMLAPI_KEY"


class OutOfCredits(AccountRefused):
    """The account has no credits left."""

    advice = "the account is out of credits. Top it up at the provider"


class NotVerified(AccountRefused):
    """The account can't use the API before its owner has proved who they are."""

    advice = "the account is not verified. Follow the link in the provider's message"


class KeyLimitReached(AccountRefused):
    """The key has a spending limit of its own, which is used up."""

    advice = "the key's own spending limit is reached. Raise it on the provider's key page"


class KeyLacksAudio(AccountRefused):
    """The key is for other kinds of models."""

    advice = "the key can't be used for audio. Give it that scope on the provider's key page"


class RateLimited(Refused):
    """429. `retry_after_s` is what the provider asked for, when it did."""

    def __init__(self, message: str, *, retry_after_s: float | None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Unavailable(Refused):
    """Nobody accepted the connection, or the provider said in its own words that it is down."""


class Intercepted(Unavailable):
    """A refusal that is not the provider's: it says nothing of key, balance or request."""


class OutcomeUnknown(ProviderError):
    """Whether the submission was accepted can't be known: it may have been billed."""


class GenerationUnknown(ProviderError):
    """The provider does not know this generation (any more)."""


class LogsUnavailable(ProviderError):
    """This provider keeps no logs or sums of requests, or doesn't show them to our key."""


class Trouble(ProviderError):
    """A read went wrong: 5xx, a broken connection, an answer that makes no sense."""


class AudioError(ProviderError):
    """The finished audio file can't be fetched."""


class AudioUnavailable(AudioError):
    """The file is not there right now: 404, 5xx, a broken or short transfer."""


class PageInstead(AudioUnavailable):
    """Something to read came in place of the file: some server in between has trouble."""


class AudioTooLarge(AudioError):
    """The file has more bytes than the caller can use."""


class AudioUnusable(AudioError):
    """What came under the address is not an audio file that can be played."""


class AddressRefused(AudioError):
    """The address is not one we fetch from: not https, or not a public host."""


def in_short(error: BaseException) -> str:
    """What broke, as one line for the log: libraries quote what they did not expect at length."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:REASON_LIMIT]
