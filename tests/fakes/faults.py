"""What can go wrong with an answer of GitHub, as values that a fake host applies."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Iterator
from typing import Any

from tests.fakes.github import Exchange, Fault


def _status(status: int, message: str = "no", **headers: str) -> Fault:
    def fault(exchange: Exchange) -> None:
        exchange.status, exchange.body = status, {"message": message}
        exchange.headers.update(headers)
        exchange.send()

    return fault


def _raw(text: bytes, status: int = 200) -> Fault:
    def fault(exchange: Exchange) -> None:
        exchange.status = status
        exchange.send(text)

    return fault


def time_out(exchange: Exchange) -> None:
    time.sleep(1.6)
    exchange.reset()


def _half(exchange: Exchange) -> None:
    whole = json.dumps(exchange.body).encode()
    exchange.send(whole[: len(whole) // 2])


def _half_of_what_was_promised(exchange: Exchange) -> None:
    whole = json.dumps(exchange.body).encode()
    exchange.send(whole[: len(whole) // 2], length=len(whole))
    exchange.handler.close_connection = True


def _errors(kind: str, message: str) -> Fault:
    def fault(exchange: Exchange) -> None:
        # partial data stands beside the error and must not be used
        exchange.body = {**exchange.body, "errors": [{"type": kind, "message": message}]}
        if "permission" in exchange.body:
            del exchange.body["permission"]
        exchange.send()

    return fault


FAULTS: dict[str, Fault] = {
    "reset": Exchange.reset,
    "400": _status(400),
    "401": _status(401, "Bad credentials"),
    "403": _status(403, "Resource not accessible by integration"),
    "403 secondary limit": _status(403, "You have exceeded a secondary rate limit"),
    "404": _status(404, "Not Found"),
    "429": _status(429, "slow down", **{"Retry-After": "60"}),
    "500": _status(500),
    "202": _status(202),
    "502": _status(502),
    "503": _status(503),
    "502 as a page": _raw(b"<html>Bad gateway</html>", 502),
    "301": _status(301, Location="http://127.0.0.2:1/"),
    "204": _raw(b"", 204),
    "nothing": _raw(b""),
    "a page": _raw(b"<html>Unicorn!</html>"),
    "null": _raw(b"null"),
    "a list": _raw(b"[]"),
    "an empty object": _raw(b"{}"),
    "no bytes of text": _raw(b'{"data": "\xff\xfe"}'),
    "deep nesting": _raw(b"[" * 200_000),
    "half": _half,
    "half of what was promised": _half_of_what_was_promised,
    "rate limit with 200": _errors("RATE_LIMITED", "API rate limit exceeded"),
    "forbidden with 200": _errors("FORBIDDEN", "Resource not accessible"),
    "time-out with 200": _errors("", "Something went wrong while executing your query"),
}


def objects(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of each object and list inside an answer."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in inner:
        if isinstance(item, dict | list):
            yield (*at, key)
            yield from objects(item, (*at, key))


def without(body: Any, path: tuple[Any, ...]) -> Any:
    """Return an answer with null in one place."""
    spoilt = copy.deepcopy(body)
    inner = spoilt
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = None
    return spoilt
