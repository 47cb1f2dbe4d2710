"""The whole bot behind a proxy."""

import base64

import pytest

from tests.e2e.conftest import OpenStage
from tests.proxy import proxy_server

pytestmark = pytest.mark.e2e

PROMPT = "lo-fi rain"


async def test_track_is_delivered_when_all_goes_through_a_proxy(open_fresh: OpenStage) -> None:
    async with (
        proxy_server(user="me:hunter%402@") as proxy,
        open_fresh(PROXY_URL=proxy.url, LOG_LEVEL="DEBUG") as stage,
    ):
        ben = stage.member()
        await (await ben.slash("compose", prompt=PROMPT)).answered()
        track = await stage.track(ben, PROMPT)
        assert (await ben.fetch(track.attachments[0]))[:4] == b"RIFF"
        seen = {(one.method, one.target) for one in proxy.asked}
        paths = {target.split("?")[0].removeprefix(stage.provider.url) for _, target in seen}
        assert "/v2/generate/audio" in paths
        assert any(target.startswith(f"{stage.provider.url}/cdn/") for _, target in seen)
        assert any(target.startswith(stage.discord.api_url) for _, target in seen)
        assert any("Upgrade" in one.headers for one in proxy.asked)  # the gateway's connection
        expected = "Basic " + base64.b64encode(b"me:hunter@2").decode()
        assert {one.headers.get("Proxy-Authorization") for one in proxy.asked} == {expected}
        assert "hunter" not in stage.log()
        assert expected not in stage.log()
