"""Run independent parts: in this process, or in several on this machine.

Work is a pure function of one picklable argument; results come back in the order of the arguments, whatever finished
first, so that nothing a build says depends on the number of workers.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from medinstruct.errors import WorkerLost

A = TypeVar("A")
R = TypeVar("R")


def run(
    work: Callable[[A], R], arguments: Sequence[A], *, workers: int, initialise: Callable[..., object] | None = None,
    initial: tuple[Any, ...] = (),
) -> Iterator[R]:  # fmt: skip
    """Yield `work(argument)` for each argument, in order.

    Args:
        work: A function of a module, of one argument that can be pickled.
        arguments: One for each part.
        workers: How many processes; with 1 everything runs in this one.
        initialise: Called in each process before its first part; by `spawn` a process knows nothing of this one.
        initial: Arguments of `initialise`.
    """
    if workers <= 1 or len(arguments) <= 1:
        for argument in arguments:
            yield work(argument)
        return
    context = multiprocessing.get_context(
        "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    )
    with ProcessPoolExecutor(min(workers, len(arguments)), context, initialise, initial) as pool:
        futures = [pool.submit(work, argument) for argument in arguments]
        try:
            for future in futures:
                yield future.result()
        except BrokenProcessPool as error:
            next = "start again, with fewer --workers if memory ran out; finished parts are kept"
            raise WorkerLost("a worker process was killed", next=next) from error
        finally:
            for future in futures:
                future.cancel()
