"""Every writable format over real Documents: what was written is read back equal.

A Document that a format holds as it is comes back as it was, but for the notes of repairs and for identities, which the
corpus tells and not its files. Of any other one that part comes back which the format holds, and what it does not hold
is counted by feature (`formats.features`). A sample of
each split is tried; `MEDINSTRUCT_ALL_DOCUMENTS=1` tries all. The figures are printed with `-s`.
"""

import hashlib
import os
from collections import Counter
from functools import cache
from itertools import islice
from pathlib import Path

import pytest

from medinstruct import corpora, formats
from medinstruct.document import Document
from medinstruct.errors import FormatError
from medinstruct.formats.conversion import read_back, reduce, writable

DATA = Path(os.environ.get("MEDINSTRUCT_DATA", Path(__file__).parents[3] / "shared/corpora"))
SAMPLE = None if os.environ.get("MEDINSTRUCT_ALL_DOCUMENTS") else 20
"""Documents per split."""

pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason="the corpora are not here"),
]


@cache
def documents():
    """A sample of the Documents of each split of each corpus that is here, chosen by hash."""
    found = []
    for id in corpora.names():
        corpus = corpora.load(id)
        if (folder := corpus.find(DATA)) is None or DATA not in folder.parents:
            continue
        for split in corpus.present(folder):
            records = corpus.records(split, corpus.files(split, folder))
            of = [_bare(record) for record in records if isinstance(record, Document)]
            of.sort(key=lambda document: hashlib.sha256(f"{id}:{document.id}".encode()).digest())
            found += islice(of, SAMPLE)
    return found


def _bare(document):
    return document.model_copy(update={"notes": (), "identities": ()})


def there_and_back(document, module):
    """What is read of what was written of a document."""
    [back] = read_back(list(module.write([document])), module)
    return _bare(back)


@pytest.mark.parametrize("name", writable())
def test_what_is_written_is_read_back(name):
    module = formats.load(name)
    whole, part, refused, lost = 0, 0, Counter(), Counter()
    for document in documents():
        held, losses = reduce(document, module)
        try:
            back = there_and_back(held, module)
        except FormatError as error:  # which no feature tells: a line break in a text, an id that is no file name
            refused[
                error.what.removeprefix(f"document {document.id}: ").removeprefix(f"document {document.id!r}: ")[:50]
            ] += 1
            continue

        assert back == held, (name, document.id)
        if losses:
            part += 1
            lost.update(losses.keys())
        else:
            gained = {} if document.passages else {"passages": ()}  # DDI XML makes one sentence of a text without any
            assert back.model_copy(update=gained) == document
            whole += 1
    print(f"\n{name}: {whole} whole, {part} in part, {sum(refused.values())} refused, of {len(documents())}")
    print(f"  without: {dict(lost.most_common(9))}\n  refused: {dict(refused.most_common(4))}")
    assert part + whole > 0
