"""An HTTP answer that ends in its middle: the caller knows that it was heard, and not what it was told."""

import asyncio

from aiohttp import web


async def half_an_answer(request: web.Request, body: bytes, status: int = 200) -> web.StreamResponse:
    headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    response = web.StreamResponse(status=status, headers=headers)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


async def in_two_parts(request: web.Request, body: bytes, status: int = 200) -> web.StreamResponse:
    """A whole answer, whose second half comes by itself."""
    headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    response = web.StreamResponse(status=status, headers=headers)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    await asyncio.sleep(0.05)
    await response.write(body[len(body) // 2 :])
    await response.write_eof()
    return response
