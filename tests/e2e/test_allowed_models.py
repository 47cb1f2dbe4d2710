"""A host allows fewer models: the others are offered nowhere, and what names them is refused."""

from typing import Any

import pytest

from sandbox.aimlapi.generations import Fate
from sandbox.driver import Call, MemberDriver, MessageView, OptionError
from tests.e2e.conftest import OpenStage
from tests.e2e.pressing import forge_id, job_id_of, labels, press
from tests.e2e.shared import quick_sandbox, reply_to
from tests.e2e.stage import Stage, private_answer
from tests.e2e.test_cover import fill_in, hum
from tests.e2e.test_fixing import fields

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

PROMPT = "lo-fi rain, warm tape, 70 bpm"
ALLOWED = ["stable-audio", "elevenlabs/eleven_music"]
LYRIA, COVER = "google/lyria2", "minimax/music-cover"
NO_LYRIA = "Google Lyria 2 isn't available here."
NO_COVERS = "I can't make covers here."


async def allow(stage: Stage, *models: str) -> None:
    """The host changes the setting, and starts the bot again."""
    await stage.bot.stop()
    (stage.folder / ".env").write_text(f"ALLOWED_MODELS={','.join(models)}\n")
    await stage.bot.start()
    await stage.bot.ready()


async def track_of(stage: Stage, member: MemberDriver, command: str, **options: Any) -> MessageView:
    call = await member.slash(command, options=options)
    return await reply_to(stage, member, await call.answered())


def chosen(call: Call) -> tuple[list[str], list[str]]:
    """The models that a dialog has, and the one that's chosen to begin with."""
    assert call.modal is not None
    (select,) = (
        label["component"]
        for label in call.modal["components"]
        if label["component"]["custom_id"] == "model"
    )
    options = select["options"]
    return [one["value"] for one in options], [
        one["value"] for one in options if one.get("default")
    ]


async def refused(call: Call, told: str, *buttons: str) -> MessageView:
    """The private answer."""
    answer = await call.answered()
    assert answer.ephemeral
    assert told in answer.text
    assert labels(answer) == list(buttons)
    return answer


def bodies(stage: Stage) -> list[str]:
    return [str(one.body["model"]) for one in stage.provider.generations]


async def test_models_that_are_not_allowed_are_not_there(open_stage: OpenStage) -> None:
    async with open_stage(ALLOWED_MODELS=", ".join(ALLOWED)) as stage:
        ben = stage.member()
        choices = await ben.autocomplete("compose", "model", "", prompt=PROMPT)
        assert [one["value"] for one in choices] == ALLOWED
        choices = await ben.autocomplete("style save", "model", "lyria", name="Night")
        assert choices == []

        help_text = (await (await ben.slash("help")).answered()).text
        assert "Stable Audio" in help_text
        assert not any(name in help_text for name in ("Lyria", "MiniMax", "cover"))
        names = {str(one["name"]) for one in ben.commands()}
        assert "compose" in names
        assert not {"cover", "Cover this track"} & names

        studio = await ben.slash("studio")
        await studio.acknowledged()
        assert chosen(studio) == (ALLOWED, ["stable-audio"])

        await track_of(stage, ben, "compose", prompt=PROMPT)
        assert bodies(stage) == ["stable-audio"]


async def test_forged_model_is_refused_wherever_it_is_sent(open_stage: OpenStage) -> None:
    async with open_stage(ALLOWED_MODELS=", ".join(ALLOWED)) as stage:
        ben = stage.member()
        buttons = ("Use Stable Audio", "Use Eleven Music", "Edit")
        for typed in (LYRIA, "google lyria 2"):
            call = await ben.slash("compose", prompt=PROMPT, model=typed)
            answer = await refused(call, NO_LYRIA, *buttons)
        call = await ben.slash("compose", prompt=PROMPT, model=COVER)
        await refused(call, "MiniMax Cover isn't available here.", *buttons)
        saved = await ben.slash("style save", name="Night", model=LYRIA)
        assert NO_LYRIA in await private_answer(saved)

        dialog = await ben.click(answer, label="Edit")
        await dialog.acknowledged()
        assert chosen(dialog) == (ALLOWED, [])
        with pytest.raises(OptionError):  # nobody else chooses for the member
            await ben.fill_modal(dialog, {})
        forged = await ben.fill_modal(dialog, {"model": forge_option(dialog, LYRIA)})
        await refused(forged, NO_LYRIA, *buttons)

        studio = await ben.slash("studio")
        await studio.acknowledged()
        forged = await ben.fill_modal(
            studio, {"prompt": PROMPT, "model": forge_option(studio, COVER)}
        )
        await refused(forged, "MiniMax Cover isn't available here.", *buttons)
        assert bodies(stage) == []

        pressed = await ben.click(answer, label="Use Eleven Music")
        await reply_to(stage, ben, await pressed.answered())
        assert bodies(stage) == ["elevenlabs/eleven_music"]


def forge_option(call: Call, model: str) -> str:
    """One that the bot never put into its dialog."""
    assert call.modal is not None
    for label in call.modal["components"]:
        if label["component"]["custom_id"] == "model":
            option = {"label": "forged", "value": model, "default": False}
            label["component"]["options"].append(option)
    return model


async def test_what_is_from_before_is_refused_and_stays_as_it_was(open_fresh: OpenStage) -> None:
    async with open_fresh(sandbox=quick_sandbox()) as stage:
        ben, ada = stage.member(), stage.member("Ada")
        track = await track_of(stage, ben, "compose", prompt=PROMPT, negative_prompt="drums")
        cover = await track_of(stage, ben, "cover", prompt="as a slow waltz", audio=hum())
        await (await ben.slash("style save", name="Night", model=LYRIA)).answered()
        question = await (await ben.slash("style save", name="night", model=LYRIA)).answered()
        stage.provider.plan(Fate(error={"name": "Error", "message": "out of ideas"}))
        call = await ben.slash("compose", prompt=PROMPT)
        failure = await reply_to(stage, ben, await call.answered())
        call = await ben.slash("compose", prompt=PROMPT, model="stable-audio", seed=5)
        draft = await refused(call, "`seed`", "Send without a seed", "Use Google Lyria 2", "Edit")
        studio = await ben.slash("studio")
        dialog = await ben.slash("cover", audio=hum())
        for opened in (studio, dialog):
            await opened.acknowledged()
        before = bodies(stage)
        await allow(stage, *ALLOWED)

        helps = (
            "Use Stable Audio without things to avoid",
            "Use Eleven Music without things to avoid",
            "Edit",
        )
        await refused(await ada.click(track, label="Again"), NO_LYRIA, *helps)
        plain = ("Use Stable Audio", "Use Eleven Music", "Edit")
        await refused(await ben.click(failure, label="Try again"), NO_LYRIA, *plain)
        remix = await ada.click(track, label="Remix")
        await remix.acknowledged()
        assert chosen(remix) == (ALLOWED, [])
        assert fields(remix)["prompt"] == PROMPT
        variations = await press(ada, track, "Variations")
        await refused(await fill_in(ada, variations), NO_LYRIA, *helps)

        for label in ("Again", "Remix"):
            await refused(await ben.click(cover, label=label), NO_COVERS)
        forged = await forge_id(ben, cover, f"compose:again:{job_id_of(cover)}:result")
        assert NO_COVERS in await private_answer(forged)
        sent = await fill_in(ben, dialog, prompt="as a march")
        assert "as a march" in (await refused(sent, NO_COVERS)).text

        used = await ben.slash("style use", style="Night", prompt=PROMPT)
        await refused(used, "Your style `Night` uses", *plain)
        await (await ben.click(question, label="Replace it")).acknowledged()
        await stage.bot.watch(ben.wait_for_edit(question, lambda one: NO_LYRIA in one.text))
        again = await ben.slash("studio")
        await again.acknowledged()
        assert chosen(again) == (ALLOWED, ["stable-audio"])
        sent = await fill_in(ben, studio, prompt=PROMPT)
        await refused(sent, NO_LYRIA, *plain)

        gone = await ben.click(draft, label="Use Google Lyria 2")
        await gone.acknowledged()
        assert chosen(gone) == (ALLOWED, ["stable-audio"])
        assert fields(gone)["seed"] == "5"
        assert bodies(stage) == before
