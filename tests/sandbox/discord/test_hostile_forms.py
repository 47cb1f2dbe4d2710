"""Whatever JSON a client sends, the answer is a form error or a checked value, never a crash."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.discord.command_form import read_command
from sandbox.discord.enums import MessageFlag
from sandbox.discord.errors import ApiError
from sandbox.discord.forms import Form
from sandbox.discord.gateway.gateway import _decode
from sandbox.discord.gateway.identify import Refused, read_identify, read_resume
from sandbox.discord.message_form import read_draft, read_edit
from sandbox.discord.modals import read_modal
from sandbox.discord.model import Message
from sandbox.discord.seed import TOKEN, default_world
from sandbox.discord.uploads import Upload, parse_multipart

NAMES = [
    *("name", "description", "options", "choices", "value", "required", "content", "embeds"),
    *("title", "url", "fields", "image", "author", "footer", "timestamp", "components"),
    *("custom_id", "style", "label", "emoji", "id", "disabled", "min_values", "max_values"),
    *("attachments", "filename", "flags", "nonce", "message_reference", "message_id", "parse"),
    *("users", "allowed_mentions", "component", "accessory", "items", "media", "intents", "shard"),
    *("file", "spoiler", "accent_color", "divider", "spacing"),
    *("properties", "token", "session_id", "seq", "contexts", "default_member_permissions"),
]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-3, 25)
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.sampled_from(["attachment://a", "http://[", "2026-01-01", "0001-01-01", TOKEN, "\ud800"])
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(NAMES), inner, max_size=8)
        | st.fixed_dictionaries({"type": st.integers(1, 23)}, optional=dict.fromkeys(NAMES, inner))
    ),
    max_leaves=30,
)
BOT = default_world().state.bot
LAID_OUT = Message(1, 2, BOT, flags=MessageFlag.IS_COMPONENTS_V2)
READERS: list[Callable[[Form], object]] = [
    read_draft,
    lambda form: read_draft(form, [Upload(0, "../a b", b"x")]),
    lambda form: read_draft(form, [Upload(0, "a", b"x")]),
    lambda form: read_edit(form, [], LAID_OUT),
    read_command,
    read_modal,
]


@pytest.mark.parametrize("read", READERS)
@settings(deadline=None)
@given(body=JSON)
def test_form_gives_a_value_or_form_errors(read: Callable[[Form], Any], body: Any) -> None:
    form = Form(body)
    with suppress(ApiError):
        result = read(form)
        if isinstance(result, dict):
            json.dumps(result).encode()
    json.dumps(form.errors.tree).encode()


@settings(deadline=None)
@given(body=JSON)
def test_identify_and_resume_are_taken_or_refused(body: Any) -> None:
    application = default_world().state.application
    for read in (read_identify, read_resume):
        with suppress(Refused):
            read({"token": TOKEN, **body} if isinstance(body, dict) else body, application)


@settings(deadline=None)
@given(raw=st.text() | st.binary())
def test_payload_is_decoded_or_refused(raw: str | bytes) -> None:
    with suppress(Refused):
        _decode(raw)


@settings(deadline=None)
@given(body=st.binary(max_size=300), boundary=st.text(max_size=20))
def test_multipart_is_parsed_or_refused(body: bytes, boundary: str) -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="files[0]"; filename="' + body
    for sent in (body, part + b'"\r\n\r\nx\r\n--b--', b"--b\r\n" + body + b"\r\n\r\n\r\n--b--"):
        for given_boundary in (boundary, "b"):
            with suppress(ApiError):
                parse_multipart(f"multipart/form-data; boundary={given_boundary}", sent)
