"""Every button on a message from before a restart still works."""

import pytest

from sandbox.driver import MessageView
from tests.e2e.conftest import OpenStage
from tests.e2e.pressing import press
from tests.e2e.stage import Stage, private_answer

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]


async def restarted(stage: Stage) -> None:
    """Killed in the middle of whatever it did, and started anew."""
    await stage.bot.kill()
    await stage.bot.start()
    await stage.bot.ready()


def labels(message: MessageView) -> list[str]:
    return [button["label"] for button in message.buttons]


async def test_buttons_from_before_a_restart_work(open_stage: OpenStage) -> None:
    async with open_stage() as stage:
        ben, chika, ada = (stage.member(name) for name in ("Ben", "Chika", "Ada"))
        await (await ben.slash("compose", channel="music-jam", prompt="lo-fi rain")).answered()
        track = await stage.track(ben, "lo-fi rain")
        takes = await press(ben, track, "Variations")
        await takes.acknowledged()
        share = await (await press(ben, track, "Share")).answered()
        delete = await (await press(ada, track, "Delete")).answered()
        dialog = await chika.click(track, label="Remix")
        await dialog.acknowledged()

        await restarted(stage)

        assert "/compose" in await private_answer(await press(chika, track, "Recipe"))
        await (await chika.click(track, label="Like")).acknowledged()
        await ben.wait_for_edit(track, lambda message: "Like (1)" in labels(message))
        for call in (
            await chika.fill_modal(dialog, {"prompt": "hi-fi sun"}),
            await chika.click(track, label="Again"),
            await ben.fill_modal(takes, {"takes": ["two"]}),
        ):
            assert not (await call.answered()).ephemeral
        (select,) = share.selects
        chosen = await ben.choose(share, custom_id=select["custom_id"], values=["general"])
        await chosen.acknowledged()
        await stage.bot.watch(
            ben.wait_for_message(
                lambda message: "shared a track" in message.content, channel="general"
            )
        )
        await (await ada.click(delete, label="Delete it")).acknowledged()
        await ben.wait_until_gone(track)
