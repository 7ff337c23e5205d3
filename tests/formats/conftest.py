"""What the tests of formats share."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from medinstruct.source import File, select

CORPORA = Path(os.environ.get("MEDINSTRUCT_DATA") or Path(__file__).parents[3] / "shared/corpora")


@pytest.fixture
def real() -> Callable[..., list[File]]:
    """`real("gad", "train.tsv")`: the files of a real corpus; skips the test where it is absent."""

    def files(corpus: str, *patterns: str) -> list[File]:
        if not (CORPORA / corpus).is_dir():
            pytest.skip(f"{corpus} is not in {CORPORA}")
        return list(select(CORPORA / corpus, patterns))

    return files
