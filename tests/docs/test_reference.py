"""Pages of the reference are what the code says."""

import importlib.util
import json
from pathlib import Path

import pytest

import medinstruct

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


def test_every_key_of_meta_is_told(tmp_path: Path) -> None:
    (tmp_path / "some.yaml").write_text(
        "{title: Some, shots: 1, mix: [{corpus: bc5cdr, task: ner, unit: sentence, repeat: 2}, {corpus: medmcqa, task: qa, shuffle_options: true}]}"
    )
    rows = medinstruct.build(str(tmp_path / "some.yaml"), samples=True, out=tmp_path / "some")["train"]
    keys = {key for row in rows for key in json.loads(row["meta"])}
    told = (DOCS / "reference/rows.md").read_text(encoding="utf-8").partition("## Keys of `meta`")[2]

    assert keys >= {"shots", "options", "repeat", "repeats"}
    assert [key for key in sorted(keys) if f"| `{key}` |" not in told] == []
