"""Threads over REST, and what archiving and leaving do."""

from __future__ import annotations

from sandbox.discord.enums import ChannelType, MessageFlag
from sandbox.discord.forms import Form
from sandbox.discord.model import Overwrite
from sandbox.discord.permissions import Permissions
from tests.sandbox.discord.conftest import Api


async def test_thread_from_message_shares_its_id(api: Api) -> None:
    message = (await api("POST", api.messages(), {"content": "x"})).data
    path = f"{api.messages()}/{message['id']}/threads"
    answer = await api("POST", path, {"name": "Jam"})
    assert answer.status == 201
    assert (answer.data["id"], answer.data["type"]) == (message["id"], ChannelType.PUBLIC_THREAD)
    assert (await api("POST", path, {"name": "Jam"})).code == 160004
    again = (await api("GET", f"{api.messages()}/{message['id']}")).data
    assert again["thread"]["name"] == "Jam"


async def test_writing_opens_an_archived_thread_again_unless_locked(api: Api) -> None:
    start = f"/channels/{api.channel('music-jam').id}/threads"
    thread = (await api("POST", start, {"name": "Jam", "type": 11})).data
    path = f"/channels/{thread['id']}"
    await api("PATCH", path, {"archived": True})
    assert (await api("POST", f"{path}/messages", {"content": "x"})).status == 200
    metadata = (await api("GET", path)).data["thread_metadata"]
    assert metadata["archived"] is False
    channel = api.world.state.channel(int(thread["id"]))
    api.world.thread_archive.set_archived(channel, archived=True, locked=True)
    assert (await api("POST", f"{path}/messages", {"content": "x"})).code == 50083


async def test_messages_in_archived_threads_cannot_be_edited(api: Api) -> None:
    start = f"/channels/{api.channel('music-jam').id}/threads"
    thread = (await api("POST", start, {"name": "Jam", "type": 11})).data
    path = f"/channels/{thread['id']}"
    message = (await api("POST", f"{path}/messages", {"content": "x"})).data
    await api("PATCH", path, {"archived": True})
    answer = await api("PATCH", f"{path}/messages/{message['id']}", {"content": "y"})
    assert answer.code == 50083


async def test_private_threads_are_hidden_from_those_who_were_not_added(api: Api) -> None:
    ben, channel = api.user("Ben"), api.channel("music-jam")
    form = Form({"name": "secret", "type": 12})
    ada = api.user("Ada")
    thread = api.world.threads.start(ada, channel, form)
    assert not api.world.state.sees_channel(ben.id, thread)
    assert (await api("GET", f"/channels/{thread.id}")).code == 50001
    api.world.thread_members.join(thread, api.world.state.bot.id)
    assert (await api("GET", f"/channels/{thread.id}")).status == 200


async def test_those_who_see_the_channel_hear_of_a_thread_from_a_message(api: Api) -> None:
    message = (await api("POST", api.messages(), {"content": "x"})).data
    with api.world.state.bus.subscribe(api.user("Ben").id) as events:
        await api("POST", f"{api.messages()}/{message['id']}/threads", {"name": "Jam"})
        told = [await anext(events) for _ in range(3)]
    assert [name for name, _ in told] == ["THREAD_CREATE", "MESSAGE_UPDATE", "MESSAGE_CREATE"]
    assert told[1][1]["flags"] & MessageFlag.HAS_THREAD
    assert told[1][1]["thread"]["id"] == message["id"]


async def test_threads_have_permissions_of_their_own(api: Api) -> None:
    channel, bot = api.channel("music-jam"), api.world.state.bot
    thread = api.world.threads.start(api.user("Ben"), channel, Form({"name": "Jam", "type": 11}))
    path = f"/channels/{thread.id}/messages"
    deny = Overwrite(bot.id, is_member=True, deny=Permissions.SEND_MESSAGES)
    api.world.places.set_overwrite(channel, deny)
    assert (await api("POST", path, {}, files={"a.wav": b"RIFF"})).status == 200
    lost = Permissions.SEND_MESSAGES_IN_THREADS | Permissions.CREATE_PUBLIC_THREADS
    api.world.places.set_overwrite(channel, Overwrite(bot.id, is_member=True, deny=lost))
    assert (await api("POST", path, {"content": "x"})).code == 50013
    message = (await api("POST", api.messages(), {"content": "x"})).data
    start = f"{api.messages()}/{message['id']}/threads"
    assert (await api("POST", start, {"name": "Jam"})).code == 50013


async def test_members_join_and_leave_threads(api: Api) -> None:
    start = f"/channels/{api.channel('music-jam').id}/threads"
    thread = (await api("POST", start, {"name": "Jam", "type": 11})).data
    members = f"/channels/{thread['id']}/thread-members"
    ben = str(api.user("Ben").id)
    assert (await api("PUT", f"{members}/{ben}")).status == 204
    listed = (await api("GET", members)).data
    assert ben in [member["user_id"] for member in listed]
    assert (await api("DELETE", f"{members}/@me")).status == 204
    assert len((await api("GET", members)).data) == 1


async def test_bot_loses_sight_of_a_guild_it_left(api: Api) -> None:
    guild_id = api.channel("music-jam").guild_id
    assert (await api("DELETE", f"/users/@me/guilds/{guild_id}")).status == 204
    assert (await api("POST", api.messages(), {"content": "x"})).code == 50001
    assert (await api("GET", f"/guilds/{guild_id}")).code == 50001
    assert (await api("GET", "/users/@me/guilds")).data == []


async def test_channel_is_unknown_when_deleted(api: Api) -> None:
    path = api.messages()
    api.world.places.delete_channel(api.channel("music-jam"))
    assert (await api("POST", path, {"content": "x"})).code == 10003
