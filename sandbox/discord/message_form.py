"""What a client wants to post or change, checked and typed.

Discord docs: Resources > Message > Create Message, Edit Message, Allowed Mentions.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sandbox.discord.components import ComponentReader
from sandbox.discord.embeds import read_embeds
from sandbox.discord.enums import MessageFlag
from sandbox.discord.forms import Form
from sandbox.discord.layouts import LayoutReader
from sandbox.discord.model import NO_FLAGS, Json, Message
from sandbox.discord.uploads import Upload, safe_filename

MAX_CONTENT = 2000
MAX_NONCE = 25
MAX_ATTACHMENTS = 10
_CREATE_FLAGS = (
    MessageFlag.SUPPRESS_EMBEDS
    | MessageFlag.SUPPRESS_NOTIFICATIONS
    | MessageFlag.IS_VOICE_MESSAGE
    | MessageFlag.IS_COMPONENTS_V2
)


@dataclass(frozen=True)
class AllowedMentions:
    """Who a message may notify; the default is all it names."""

    parse: frozenset[str] = frozenset(("users", "roles", "everyone"))
    user_ids: frozenset[int] = frozenset()
    role_ids: frozenset[int] = frozenset()
    replied_user: bool = True


@dataclass(frozen=True)
class NewFile:
    """A file to attach, with what the `attachments` field says about it."""

    filename: str
    data: bytes
    description: str | None = None
    title: str | None = None
    duration_s: float | None = None
    waveform: str | None = None


@dataclass(frozen=True)
class ReplyTo:
    message_id: int
    channel_id: int | None = None
    fail_if_not_exists: bool = True


@dataclass(frozen=True)
class Draft:
    """A message to be created."""

    content: str = ""
    embeds: Sequence[Json] = ()
    components: Sequence[Json] = ()
    files: Sequence[NewFile] = ()
    flags: MessageFlag = NO_FLAGS
    tts: bool = False
    nonce: str | int | None = None
    enforce_nonce: bool = False
    reply_to: ReplyTo | None = None
    allowed_mentions: AllowedMentions = AllowedMentions()

    @property
    def is_empty(self) -> bool:
        if MessageFlag.IS_COMPONENTS_V2 in self.flags:
            return not self.components
        return not (self.content or self.embeds or self.components or self.files)


@dataclass(frozen=True)
class Edit:
    """A change to a message; what is None stays.

    `kept` maps the ids of the attachments that stay to what changes of them; None keeps them all.
    """

    content: str | None = None
    embeds: Sequence[Json] | None = None
    components: Sequence[Json] | None = None
    kept: Mapping[int, Json] | None = None
    files: Sequence[NewFile] = ()
    flags: MessageFlag | None = None
    allowed_mentions: AllowedMentions = AllowedMentions()


def read_draft(
    form: Form, uploads: Sequence[Upload] = (), *, flags: MessageFlag = NO_FLAGS
) -> Draft:
    """A message from a request body. `flags` are those allowed besides the general ones.

    Raises 50035 with all that is wrong. An empty message is for the caller to refuse.
    """
    wanted = _read_flags(form["flags"], _CREATE_FLAGS | flags)
    files, _ = _read_files(form["attachments"], uploads)
    content = (form["content"].text(maximum=MAX_CONTENT) or "").strip()
    embeds = read_embeds(form["embeds"])
    if MessageFlag.IS_COMPONENTS_V2 in wanted:
        _reject_legacy(form, content=content, embeds=embeds)
    draft = Draft(
        content=content,
        embeds=embeds,
        components=_read_components(form["components"], wanted, [file.filename for file in files]),
        files=files,
        flags=wanted,
        tts=form["tts"].boolean(),
        nonce=_read_nonce(form["nonce"]),
        enforce_nonce=form["enforce_nonce"].boolean(),
        reply_to=_read_reply(form["message_reference"]),
        allowed_mentions=_read_mentions(form["allowed_mentions"]),
    )
    form.errors.raise_if_any()
    return draft


def read_edit(form: Form, uploads: Sequence[Upload], message: Message) -> Edit:
    """A change of `message` from a request body. Raises 50035 with all that is wrong."""
    flags = _read_flags(form["flags"], _CREATE_FLAGS) if form["flags"].given else None
    files, kept = _read_files(form["attachments"], uploads)
    stays = {
        a.filename for a in message.attachments if not form["attachments"].present or a.id in kept
    }
    content = (form["content"].text(maximum=MAX_CONTENT) or "").strip()
    embeds = read_embeds(form["embeds"])
    layout = (flags or NO_FLAGS) | message.flags
    if MessageFlag.IS_COMPONENTS_V2 in layout:
        _reject_legacy(
            form,
            content=content if form["content"].present else message.content,
            embeds=embeds if form["embeds"].present else message.embeds,
        )
    names = stays.union(file.filename for file in files)
    components = _read_components(form["components"], layout, names)
    edit = Edit(
        content=content if form["content"].present else None,
        embeds=embeds if form["embeds"].present else None,
        components=components if form["components"].present else None,
        kept=kept if form["attachments"].present else None,
        files=files,
        flags=flags,
        allowed_mentions=_read_mentions(form["allowed_mentions"]),
    )
    form.errors.raise_if_any()
    return edit


def _read_flags(form: Form, allowed: MessageFlag) -> MessageFlag:
    # Unknown and forbidden bits are ignored, as the API does.
    return MessageFlag(form.integer(minimum=0) or 0) & allowed


def _read_components(form: Form, flags: MessageFlag, files: Collection[str]) -> list[Json]:
    v2 = MessageFlag.IS_COMPONENTS_V2 in flags
    return (LayoutReader(files) if v2 else ComponentReader()).message(form)


def _reject_legacy(form: Form, **fields: object) -> None:
    """A message of Components V2 holds nothing else, and what it held before has to go."""
    for name, value in fields.items():
        if value:
            form[name].reject(
                "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
            )


def _read_nonce(form: Form) -> str | int | None:
    if isinstance(form.value, int) and not isinstance(form.value, bool):
        return form.integer(minimum=-(2**63), maximum=2**63 - 1)
    return form.text(maximum=MAX_NONCE)


def _read_reply(form: Form) -> ReplyTo | None:
    if not form.mapping():
        return None
    form["type"].choice((0,))  # forwards (1) are not part of this stand-in
    message_id = form["message_id"].snowflake(required=True)
    channel_id = form["channel_id"].snowflake()
    form["guild_id"].snowflake()
    strict = form["fail_if_not_exists"].boolean(default=True)
    return ReplyTo(message_id or 0, channel_id, strict)


def _read_mentions(form: Form) -> AllowedMentions:
    if not form.mapping():
        return AllowedMentions()
    parse = frozenset(entry.text(maximum=20) or "" for entry in form["parse"].items(maximum=3))
    if unknown := parse - {"users", "roles", "everyone"}:
        form["parse"].reject(
            "BASE_TYPE_CHOICES", f"Value {min(unknown)!r} is not one of everyone, roles, users."
        )
    named = {}
    for kind in ("users", "roles"):
        ids = [entry.snowflake(required=True) for entry in form[kind].items(maximum=100)]
        named[kind] = frozenset(one for one in ids if one is not None)
        if kind in parse and named[kind]:
            form.reject(
                "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
                f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.',
            )
    replied = form["replied_user"].boolean()
    return AllowedMentions(parse, named["users"], named["roles"], replied)


def _read_files(form: Form, uploads: Sequence[Upload]) -> tuple[list[NewFile], dict[int, Json]]:
    """The files to add, and the attachments that are to stay: their ids, and what changes."""
    said: dict[int, Form] = {}
    kept: dict[int, Json] = {}
    sent = {upload.key for upload in uploads}
    for entry in form.items(maximum=MAX_ATTACHMENTS):
        key = entry["id"].snowflake(required=True) if entry.mapping(required=True) else None
        if key is not None and key in sent:
            said[key] = entry
        elif key is not None and key >= MAX_ATTACHMENTS:
            kept[key] = _changes(entry)
        elif key is not None:
            entry["id"].reject("ATTACHMENT_NOT_FOUND", f"The attachment {key} was not uploaded.")
    if len(uploads) + len(kept) > MAX_ATTACHMENTS:
        form.reject("BASE_TYPE_MAX_LENGTH", f"Must be {MAX_ATTACHMENTS} or fewer in length.")
    empty = Form({}, form.errors)
    return [_new_file(upload, said.get(upload.key, empty)) for upload in uploads], kept


def _changes(entry: Form) -> Json:
    description = entry["description"].text(maximum=1024)
    return {"description": description or None} if entry["description"].present else {}


def _new_file(upload: Upload, said: Form) -> NewFile:
    name = said["filename"].text(maximum=1024) or upload.filename
    stored = safe_filename(name)
    # What the stored name could not keep is shown as the title.
    title = said["title"].text(maximum=1024) or (
        None if stored == name else name.rpartition(".")[0]
    )
    return NewFile(
        filename=stored,
        data=upload.data,
        description=said["description"].text(maximum=1024),
        title=title or None,
        duration_s=said["duration_secs"].number(minimum=0, maximum=1200),
        waveform=said["waveform"].text(maximum=400),
    )
