"""What is not the same twice: ids, clocks, chance, keys.

With BUILDQUEUE_FROZEN=1 two servers that get the same requests in the same order answer the same bytes.
"""

import itertools
import os
import random
import time
import uuid
from datetime import UTC, datetime

import grpc

FROZEN = os.environ.get("BUILDQUEUE_FROZEN") == "1"
FROZEN_AT_S = 1_767_225_600.5
_numbers = itertools.count(1)


def new_id():
    return str(uuid.UUID(int=next(_numbers), version=4) if FROZEN else uuid.uuid4())


def now():
    return datetime.fromtimestamp(FROZEN_AT_S if FROZEN else time.time(), UTC)


def new_key():
    """Signs page tokens. Services that clients move between need the same one: BUILDQUEUE_TOKEN_KEY, in hex."""
    if shared := os.environ.get("BUILDQUEUE_TOKEN_KEY"):
        return bytes.fromhex(shared)
    return bytes(16) if FROZEN else os.urandom(16)


def shuffled(items):
    items = list(items)
    (random.Random(0) if FROZEN else random).shuffle(items)
    return items


class OneOrder(grpc.ServerInterceptor):
    """Writes the entries of a map in one order; by itself each process has its own."""

    def intercept_service(self, continuation, handler_call_details):
        handler = continuation(handler_call_details)
        return handler and handler._replace(
            response_serializer=lambda message: message.SerializeToString(deterministic=True)
        )
