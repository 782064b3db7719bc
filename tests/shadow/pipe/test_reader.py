"""Frames come out of the pipe's bytes however they are cut."""

import asyncio
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.errors import ShadowError
from crossfade.shadow.pipe.frames import EndFrame, Frame, RulesFrame, encode
from crossfade.shadow.pipe.reader import FrameReader

FRAMES = (RulesFrame(rules_digest="1"), RulesFrame(rules_digest="2" * 300), EndFrame(), RulesFrame(rules_digest="late"))
DATA = b"".join(map(encode, FRAMES))


def _read(pieces: list[bytes]) -> tuple[list[Frame], bool]:
    """The frames taken, up to an EndFrame, and whether it was seen."""
    taken: list[Frame] = []

    async def run() -> bool:
        def take(frame: Frame) -> bool:
            taken.append(frame)
            return not isinstance(frame, EndFrame)

        reader = FrameReader(take)
        for piece in pieces:
            reader.data_received(piece)
        ended = reader._ended.done()
        reader.connection_lost(None)
        await asyncio.wait_for(reader.wait(), 1)
        return ended

    ended = asyncio.run(run())
    return taken, ended


@given(cuts=st.lists(st.integers(0, len(DATA)), max_size=8))
def test_frames_however_they_are_cut(cuts: list[int]) -> None:
    """Each once, in order, and none after the last."""
    edges = [0, *sorted(cuts), len(DATA)]
    pieces = [DATA[start:end] for start, end in itertools.pairwise(edges)]
    assert _read(pieces) == (list(FRAMES[:3]), True)


def test_an_engine_that_is_gone() -> None:
    """What was complete is taken; the beginning of a frame is none."""
    assert _read([encode(FRAMES[0]) + encode(FRAMES[1])[:-1]]) == ([FRAMES[0]], False)


@pytest.mark.parametrize("data", [b"\xff\xff\xff\xff", b"\x00\x00\x00\x01\xc1"])
def test_bytes_that_no_engine_sends(data: bytes) -> None:
    """An error at once, without waiting for what a wrong length promises."""
    with pytest.raises(ShadowError, match="expected a frame"):
        _read([data])


def test_what_a_frame_s_work_raises_ends_the_reading() -> None:
    """It comes out of ``wait``, and later bytes are not looked at."""
    calls = 0

    def take(_: Frame) -> bool:
        nonlocal calls
        calls += 1
        raise OSError("disk full")

    async def run() -> None:
        reader = FrameReader(take)
        reader.data_received(DATA)
        reader.data_received(DATA)
        reader.connection_lost(None)
        await reader.wait()

    with pytest.raises(OSError, match="disk full"):
        asyncio.run(run())
    assert calls == 1
