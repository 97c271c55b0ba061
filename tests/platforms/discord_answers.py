"""A small Discord on loopback: how an interaction may be answered. Once, within 3 s, then by edits for 15 minutes."""

from collections.abc import Mapping
from datetime import timedelta

from aiohttp import web

from tests.platforms import discord_rules as rules
from tests.platforms.discord_rules import Refusal, reply
from tests.platforms.discord_world import BOT, TOKEN_LIVES, Interaction, Message, Payload, World

COMMAND, COMPONENT, MODAL_SUBMIT = 2, 3, 5
MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE, MODAL = 4, 5, 6, 7, 9
FIRST_RESPONSE = timedelta(seconds=3)


class Answers:
    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        original = "/api/v10/webhooks/{app}/{token}/messages/@original"
        return [
            web.post("/api/v10/interactions/{id}/{token}/callback", self._first_response),
            web.patch(original, self._edit_original),
            web.delete(original, self._delete_original),
        ]

    async def _first_response(self, request: web.Request) -> web.Response:
        asked = self._find(request.match_info["token"])
        body, uploads = await rules.given(request)
        kind, data = body["type"], body.get("data") or {}
        if asked is None or self._world.now() - asked.at > FIRST_RESPONSE:
            raise Refusal(404, 10062, "Unknown interaction")
        if asked.answer:
            raise Refusal(400, 40060, "Interaction has already been acknowledged.")
        self._check(asked, kind, data)
        asked.original = self._carry_out(asked, kind, data, uploads)
        asked.answer = kind
        if not request.query.get("with_response"):
            return web.Response(status=204)
        message = asked.original
        callback = {"id": str(asked.id), "type": asked.kind, "response_message_id": message and str(message.id)}
        resource = {"type": kind, **({"message": message.payload()} if message else {})}
        return reply({"interaction": callback, "resource": resource})

    def _check(self, asked: Interaction, kind: int, data: Payload) -> None:
        wrong = (kind == MODAL and asked.kind == MODAL_SUBMIT) or (
            kind in {DEFERRED_UPDATE, UPDATE} and asked.message is None
        )
        if wrong or kind not in {MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE, MODAL}:
            raise Refusal(400, 50035, "Invalid Form Body", [f"type: {kind} cannot answer a {asked.kind}"])
        flags = data.get("flags", 0)
        allowed = rules.EPHEMERAL if kind == DEFERRED_MESSAGE else rules.FLAGS_OF_A_REPLY
        if flags & ~allowed:
            raise Refusal(400, 50035, "Invalid Form Body", [f"flags: {flags} cannot be set"])
        rules.refuse_invalid(rules.modal_faults(data) if kind == MODAL else rules.message_faults(data))
        if kind == MESSAGE:
            rules.refuse_empty(data)

    def _carry_out(
        self, asked: Interaction, kind: int, data: Payload, uploads: Mapping[str, rules.Upload]
    ) -> Message | None:
        if kind == MODAL:
            asked.modal = data
            return None
        if kind == MESSAGE:
            return self._world.add(asked.channel, BOT, data, uploads)
        if kind == DEFERRED_MESSAGE:
            return self._world.add(asked.channel, BOT, {"flags": data.get("flags", 0) | rules.LOADING})
        if kind == UPDATE and asked.message is not None:
            asked.message.edit(data, uploads)
        return asked.message

    async def _edit_original(self, request: web.Request) -> web.Response:
        message, (payload, uploads) = self._original(request.match_info["token"]), await rules.given(request)
        rules.refuse_invalid(rules.message_faults(payload))
        message.edit(payload, uploads)
        return reply(message.payload())

    async def _delete_original(self, request: web.Request) -> web.Response:
        self._original(request.match_info["token"]).deleted = True
        return web.Response(status=204)

    def _original(self, token: str) -> Message:
        asked = self._find(token)
        if asked is None or not asked.answer:
            raise Refusal(404, 10015, "Unknown Webhook")
        if self._world.now() - asked.at > TOKEN_LIVES:
            raise Refusal(401, 50027, "Invalid Webhook Token")
        if asked.original is None or asked.original.deleted:
            raise Refusal(404, 10008, "Unknown Message")
        return asked.original

    def _find(self, token: str) -> Interaction | None:
        return next((asked for asked in self._world.interactions if asked.token == token), None)
