"""Line labels: a text file with a sentence per line, and beside it a file with the labels of each.

    text/7012.txt       Zorb fever runs in families .
                        Zorbinase stops the growth of splenules .

    labels/7012.txt     < <Evading growth--By arrest ANDResisting death--Apoptosis

The label file is one line. Each sentence has its `<`, and after it its labels, none or several with `AND` between
them; `--` stands between the levels of a label, which is kept as it is. The text is the sentences joined by line
breaks, each a passage of the type `sentence` with its labels. Hallmarks of Cancer comes like this.

Specification: Baker et al. 2016, doi:10.1093/bioinformatics/btv585.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from medinstruct.errors import Place
from medinstruct.formats import Format
from medinstruct.formats.draft import Broken, Draft, Identity, Read, Repair, finish, identities
from medinstruct.formats.rows import decoded
from medinstruct.formats.sentence_labels import join_sentences
from medinstruct.source import File

FORMAT = Format(
    title="Line labels",
    specification="https://doi.org/10.1093/bioinformatics/btv585",
    suffixes=(".txt",),
)

OPEN, JOINT = "<", "AND"


def read(
    files: Iterable[File],
    *,
    repair: Repair | None = None,
    texts: str = "text",
    labels: str = "labels",
    identity: Identity = "",
) -> Iterator[Read]:
    """Yield one Document per pair of files, as soon as both are there, with a labelled passage per sentence.

    Args:
        files: The files of both folders, in any order.
        repair: Changes a draft before it is checked.
        texts: Name of the folder of texts.
        labels: Name of the folder of labels.
        identity: Kind of id the files' names are (`pmid`), or a function from them to an identity; empty for none.
    """
    return finish(_drafts(files, texts, labels, identity), repair)


def _drafts(files: Iterable[File], texts: str, labels: str, identity: Identity) -> Iterator[Draft | Broken]:
    waiting: dict[tuple[str, str], File] = {}
    for file in files:
        path, _, folder = file.name.rpartition("/")[0].rpartition("/")
        if folder not in (texts, labels):
            yield Broken(Place(file.name), file.stem, f"stands neither in {texts}/ nor in {labels}/")
        elif (other := waiting.pop((path, file.stem), None)) is None:
            waiting[path, file.stem] = file
        else:
            pair = (file, other) if folder == texts else (other, file)
            yield _draft(*pair, identity)
    for file in waiting.values():
        what = f"has no partner: its name must stand both in {texts}/ and in {labels}/"
        yield Broken(Place(file.name), file.stem, what)


def _draft(file: File, beside: File, identity: Identity) -> Draft | Broken:
    id = file.stem
    if isinstance(text := decoded(file, id=id), Broken):
        return text
    if isinstance(marks := decoded(beside, id=id), Broken):
        return marks
    lines = [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]
    before, *each = marks.split(OPEN)
    if before.strip():
        return Broken(Place(beside.name), id, f"labels stand before the first {OPEN!r}: {before[:80]!r}")
    if len(each) != len(lines):
        return Broken(Place(beside.name), id, f"labels of {len(each)} sentences, but {file.name} has {len(lines)}")
    labels = [tuple(label.strip() for label in labels.split(JOINT) if label.strip()) for labels in each]
    fields = join_sentences(list(zip(lines, labels)))
    return Draft(Place(file.name), fields | {"id": id, "identities": identities(identity, id)})
