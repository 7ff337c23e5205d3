"""Silence of the libraries that models come with, while we tell of progress ourselves."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

LIBRARIES = ("transformers", "trl", "peft", "accelerate", "datasets")


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the bars, the lines below an error and the forewarnings to each other of these libraries off the screen.

    What they tell is mostly meant to be so: a new layer on top, an old one left out.
    """
    import datasets
    from transformers.utils import logging as bars

    loggers = [logging.getLogger(name) for name in LIBRARIES]
    levels = [logger.level for logger in loggers]
    had_bars, had_others = not datasets.are_progress_bars_disabled(), bars.is_progress_bar_enabled()
    datasets.disable_progress_bars()
    bars.disable_progress_bar()
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            yield
    finally:
        for logger, level in zip(loggers, levels):
            logger.setLevel(level)
        if had_bars:
            datasets.enable_progress_bars()
        if had_others:
            bars.enable_progress_bar()
