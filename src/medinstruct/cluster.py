"""Run independent parts on a Ray cluster, or on a small one that is started on this machine for as long as it takes.

What `engine` promises holds here as well: work is a pure function of one picklable argument, results come in the order of the
arguments. A part whose worker dies is run again by Ray, elsewhere if need be; as a part writes its file beside its place and renames it,
nothing of the first try is seen. Nodes need this package, and one file system on which data, recipe and output have the same paths.

Tasks, not Ray Data: a part reads bytes of one corpus and writes one file, and there is nothing in between for a data set to hold.
"""

from __future__ import annotations

import os
import socket
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from medinstruct.errors import MedinstructError, WorkerLost

A = TypeVar("A")
R = TypeVar("R")

TRIES = 3
"""How often a part is run again whose worker died."""
STORE = 100 * 2**20
"""Bytes of Ray's store of objects on this machine; what goes through it are file names and counts."""


@contextmanager
def running(address: str, workers: int) -> Iterator[None]:
    """Be connected to a cluster; without an address, to one of `workers` processes that ends with this block.

    Raises:
        MedinstructError: if Ray is not installed, or nothing answers at the address.
    """
    try:
        import ray
    except ImportError as error:
        raise MedinstructError("Ray is not installed", next="pip install 'medinstruct[ray]'") from error
    if ray.is_initialized():  # whoever calls has a cluster of his own
        yield
        return
    _refuse_silent(address)
    own: dict[str, Any] = (
        {} if address else {"num_cpus": workers, "object_store_memory": STORE, "include_dashboard": False}
    )
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        ray.init(address=address or "local", log_to_driver=False, logging_level="ERROR", **own)
    except (ConnectionError, RuntimeError, ValueError, TimeoutError) as error:
        raise MedinstructError(
            f"no Ray cluster answers at {address or 'this machine'}: {str(error)[:200]}",
            next="start one with `ray start --head`",
        ) from error
    try:
        yield
    finally:
        ray.shutdown()


def _refuse_silent(address: str) -> None:
    """Look whether anything listens, as Ray ends the whole process where nothing does."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not port.isdecimal():
        return  # none, or `auto`
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
    except (OSError, OverflowError) as error:
        raise MedinstructError(
            f"no Ray cluster answers at {address}", next="start one with `ray start --head`"
        ) from error


def run(
    work: Callable[[A], R], arguments: Sequence[A], *, initialise: Callable[..., object] | None = None, initial: tuple[Any, ...] = (),
) -> Iterator[R]:  # fmt: skip
    """Yield `work(argument)` for each argument, in order; inside `running`.

    Args:
        work: A function of a module, of one argument that can be pickled.
        arguments: One for each part.
        initialise: Called in each process before its first part.
        initial: Arguments of `initialise`.

    Raises:
        WorkerLost: if the workers of one part died again and again.
        Exception: whatever a part raised, as it was.
    """
    import ray
    from ray.exceptions import RayTaskError, WorkerCrashedError

    part = ray.remote(max_retries=TRIES)(_prepared)
    waiting = deque(part.remote(work, argument, initialise, initial) for argument in arguments)
    try:
        while waiting:
            yield ray.get(waiting.popleft())
    except RayTaskError as error:
        raise error.cause from None
    except WorkerCrashedError as error:
        raise WorkerLost(
            f"the worker of a part died {TRIES + 1} times", next="give a worker more memory; finished parts are kept"
        ) from error
    finally:
        for reference in waiting:  # those that nobody will look at, as something went wrong
            ray.cancel(reference)


_done: set[tuple[Any, ...]] = set()


def _prepared(
    work: Callable[[A], R], argument: A, initialise: Callable[..., object] | None, initial: tuple[Any, ...]
) -> R:
    """The work, in a process that was prepared once."""
    if initialise is not None and (key := (initialise, repr(initial))) not in _done:
        initialise(*initial)
        _done.add(key)
    return work(argument)
