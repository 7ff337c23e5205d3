"""Ceilings count what was sent, by this run and by those before it."""

import asyncio
import time

import pytest

from medinstruct.chat import Answer, ChatError, Prompt, Settings, ceilings
from medinstruct.chat.ceilings import Ceilings
from medinstruct.tasks import constraint


def prompt(n=0):
    return Prompt(f"{n:06d}", [{"role": "user", "content": "x" * 100}], constraint.free("any"))


def admitted(counting, count, *, after=lambda sent: None):
    """When each of some requests was let through."""

    async def go():
        counting.begin()
        times = []
        for n in range(count):
            after(await counting.admit(prompt(n)))
            times.append(time.monotonic())
        return [at - times[0] for at in times]

    return asyncio.run(go())


def test_no_minute_holds_more_requests_than_it_may(monkeypatch):
    monkeypatch.setattr(ceilings, "MINUTE", 0.3)
    counting = Ceilings(Settings(per_minute=3))
    times = admitted(counting, 8, after=lambda sent: counting.settle(sent, 1, 1))
    assert all(later - earlier >= 0.3 for earlier, later in zip(times, times[3:]))
    assert times[2] < 0.3


def test_what_a_request_came_to_makes_room_for_others(monkeypatch):
    monkeypatch.setattr(ceilings, "MINUTE", 0.6)
    room = Settings(tokens_per_minute=400, max_tokens=200)  # a request may come to 266
    cheap, dear = Ceilings(room), Ceilings(room)
    assert admitted(cheap, 3, after=lambda sent: cheap.settle(sent, 10, 10))[-1] < 0.3
    assert admitted(dear, 2, after=dear.lost)[-1] >= 0.3
    with pytest.raises(ChatError, match="may come to 1,066 tokens, and 400 are allowed"):
        admitted(Ceilings(Settings(tokens_per_minute=400, max_tokens=1000)), 1)


def test_money_is_never_spent_twice_and_stops_the_run_before_it_is_passed():
    counting = Ceilings(Settings(prices=(0.0, 1e6), most_cost=25.0, max_tokens=10))
    admitted(counting, 2, after=lambda sent: counting.settle(sent, 0, 10))
    with pytest.raises(ChatError, match=r"20\.0000 of 25\.0000 are spent, and a request may come to 10\.0000"):
        admitted(counting, 1)


def test_a_run_that_goes_on_remembers_the_one_before():
    """Answers at what they cost, what was refused at nothing, what never came back at what it may have cost."""
    notes = []
    counting = Ceilings(Settings(prices=(0.0, 1e6), most_cost=1000.0, max_tokens=10, per_minute=100))
    counting.note = notes.append
    ends = iter([lambda sent: counting.settle(sent, 5, 4), counting.unbilled, counting.lost, lambda sent: None])
    admitted(counting, 4, after=lambda sent: next(ends)(sent))
    name = prompt(0).name
    again = Ceilings(Settings(prices=(0.0, 1e6), most_cost=1000.0, max_tokens=10, per_minute=100))
    again.remember([*notes, {"wanted": {}}], {name: Answer(*name, "x", read=5, written=4)})
    assert counting.spent == 14.0
    assert again.spent == 24.0
    assert len(again._minute) == 4
