"""Pages of the reference are what the code says."""

import importlib.util
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


def pages() -> dict[str, str]:
    spec = importlib.util.spec_from_file_location("docs_write", DOCS / "write.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.pages()


@pytest.mark.parametrize("name, text", pages().items())
def test_a_page_is_not_stale(name: str, text: str) -> None:
    """Write them anew with `python docs/write.py`."""
    assert (DOCS / "reference" / name).read_text(encoding="utf-8") == text
