"""Answers to interactions, and the messages of their tokens. No bot token is needed here.

Discord docs: Interactions > Receiving and Responding > Endpoints.
"""

from __future__ import annotations

from aiohttp import web

from sandbox.discord.callbacks import Callbacks
from sandbox.discord.interaction import Interaction
from sandbox.discord.interactions import Interactions
from sandbox.discord.message_render import message_json
from sandbox.discord.messages import Messages
from sandbox.discord.model import Message
from sandbox.discord.rest.http import no_content, path_id, read_form, reply
from sandbox.discord.state import State


class InteractionRoutes:
    def __init__(self, state: State, interactions: Interactions, messages: Messages) -> None:
        self._state = state
        self._interactions = interactions
        self._callbacks = Callbacks(state, interactions, messages)

    def routes(self) -> list[web.RouteDef]:
        hook = "/webhooks/{webhook_id}/{webhook_token}"
        found = [
            web.post("/interactions/{interaction_id}/{token}/callback", self.respond),
            web.post(hook, self.follow_up),
        ]
        for message in (f"{hook}/messages/@original", f"{hook}/messages/{{message_id}}"):
            found += [
                web.get(message, self.get),
                web.patch(message, self.edit),
                web.delete(message, self.delete),
            ]
        return found

    async def respond(self, request: web.Request) -> web.Response:
        interaction_id = path_id(request, "interaction_id")
        # The deadline counts until the answer is here in full, uploads included.
        form, uploads = await read_form(request)
        token = request.match_info["token"]
        interaction = self._interactions.unanswered(interaction_id, token)
        answer = self._callbacks.respond(interaction, form, uploads)
        if request.query.get("with_response", "").lower() in ("true", "1"):
            return reply(answer)
        return no_content()

    async def follow_up(self, request: web.Request) -> web.Response:
        form, uploads = await read_form(request)
        interaction = self._interaction(request)
        message = self._callbacks.follow_up(interaction, form, uploads)
        return self._shown(interaction, message)

    async def get(self, request: web.Request) -> web.Response:
        interaction = self._interaction(request)
        return self._shown(interaction, self._message(request, interaction))

    async def edit(self, request: web.Request) -> web.Response:
        form, uploads = await read_form(request)
        interaction = self._interaction(request)
        message = self._message(request, interaction)
        edited = self._callbacks.edit(interaction, message, form, uploads)
        return self._shown(interaction, edited)

    async def delete(self, request: web.Request) -> web.Response:
        interaction = self._interaction(request)
        self._callbacks.delete(interaction, self._message(request, interaction))
        return no_content()

    def _interaction(self, request: web.Request) -> Interaction:
        application_id = path_id(request, "webhook_id")
        return self._interactions.by_token(application_id, request.match_info["webhook_token"])

    def _message(self, request: web.Request, interaction: Interaction) -> Message:
        message_id = path_id(request, "message_id") if "message_id" in request.match_info else None
        return self._callbacks.message(interaction, message_id)

    def _shown(self, interaction: Interaction, message: Message) -> web.Response:
        return reply(message_json(self._state, message, interaction.user.id))
