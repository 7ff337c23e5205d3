"""What format the files of a folder are in, told from their names and their first lines, for corpora without a module.

A format is taken if its mark is seen; they are tried in the order of `MARKS`, the plainer marks first. Marks are what
faulty files bear, too, of which a reader might read nothing; only if none is seen, what readers make of the files
decides (`formats.sniff`). Rows of tables and of JSON become Items by the names of their columns.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from inspect import signature
from pathlib import Path, PurePosixPath
from typing import Any

from medinstruct import formats, source
from medinstruct.auditor.raw import decoded, is_text, loaded
from medinstruct.corpora.corpus import Corpus, Split
from medinstruct.corpora.parts import ROLES, part
from medinstruct.errors import MedinstructError, NotFound
from medinstruct.formats import conll, json, json_lines, parquet, sniff, table
from medinstruct.formats.draft import Read, Repair
from medinstruct.formats.rows import Fields, Row
from medinstruct.license import License
from medinstruct.source import File

HEAD = 1 << 16
"""Bytes of a file that are looked at."""

Reader = Callable[..., Iterator[Read]]


def guess(path: Path, format: str = "") -> tuple[Corpus, dict[str, list[File]]]:
    """Return a corpus that reads the files at a path, and these by split.

    Raises:
        NotFound: if no format is told by the files, or none has the given name.
        MedinstructError: if the format of the given name has to be told more than its files.
    """
    found = sniff.data(_files(path))
    if not found:
        raise NotFound(f"there is no file to read below {path}")
    told = (format, _named(format, found)) if format else _told(found)
    if told is None:
        raise NotFound(
            f"the format of {found[0].name} is not known", next=f"name it with --format: {', '.join(formats.names())}"
        )
    name, read = told
    if name in BY_SUFFIX:
        found = sniff.fitting(name, found) or found
    files: dict[str, list[File]] = defaultdict(list)
    parts = {file.name: part(file.name) for file in found}
    for file in found:
        files[parts[file.name] or _part_of_folder(file.name, parts) or "all"].append(file)
    splits = {name: Split(role, ("*",)) for name, role in ROLES.items() if name in files}
    corpus = Corpus(
        id=path.name or str(path), title=str(path), homepage="", citation="", license=License("unknown"), splits=splits,
        tasks={}, read=read,
    )  # fmt: skip
    return corpus, {name: files[name] for name in splits}


def _files(path: Path) -> list[File]:
    if path.is_dir():
        return list(source.select(path, ["*"]))
    return [file for file in source.select(path.parent, ["*"]) if file.name == path.name or file.name.startswith(f"{path.name}/")] \
        or [File(path.name, path.read_bytes())]  # fmt: skip


def _part_of_folder(name: str, parts: dict[str, str]) -> str:
    """The split of the files beside it, if they have one: `GENE.eval` beside `train.in`."""
    folder = name.rpartition("/")[0]
    beside = {split for other, split in parts.items() if split and other.rpartition("/")[0] == folder}
    return beside.pop() if len(beside) == 1 else ""


def _named(format: str, files: list[File]) -> Reader:
    module = formats.load(format)
    for name, make in MAKERS.items():
        if format == name:
            return make(files)
    read: Reader = module.read
    needed = [
        name
        for name, each in signature(read).parameters.items()
        if each.kind is each.KEYWORD_ONLY and each.default is each.empty
    ]
    if needed:
        raise MedinstructError(
            f"the format {format} has to be told {', '.join(needed)}",
            next="write a module for the corpus, see docs/how-to/add-a-corpus.md",
        )
    return read


def _told(files: list[File]) -> tuple[str, Reader] | None:
    """The first format whose mark these files bear, and its reader."""
    suffixes = {file.suffix.lower() for file in files}
    names = {PurePosixPath(file.name).name for file in files}
    heads = [decoded(File(file.name, file.data[:HEAD])) for file in _spread(files) if is_text(file)]
    for format, bears in MARKS:
        if bears(suffixes, names, heads):
            return format, _named(format, files)
    likely = next(iter(sniff.guesses(files)), None)
    return None if likely is None else (likely.format, partial(formats.load(likely.format).read, **likely.options))


BY_SUFFIX = ("bioc_xml", "bioc_json", "ddi_xml", "genia_xml", "knowtator", "pubannotation")
"""Formats whose files have one suffix: what lies beside them under another (`meta.json`) is none of theirs."""


def _spread(files: list[File], number: int = 12) -> list[File]:
    """Some files of each suffix."""
    chosen: dict[str, list[File]] = defaultdict(list)
    for file in files:
        if len(chosen[file.suffix]) < number:
            chosen[file.suffix].append(file)
    return [file for group in chosen.values() for file in group]


def _any(pattern: str) -> Callable[[set[str], set[str], list[str]], bool]:
    mark = re.compile(pattern, re.MULTILINE)
    return lambda suffixes, names, heads: any(mark.search(head) for head in heads)


def _tagged(suffixes: set[str], names: set[str], heads: list[str]) -> bool:
    for head in heads:
        lines = [line.split() for line in head.split("\n")[:-1] if line.strip()] if "\n" in head else []
        tagged = [line for line in lines if len(line) > 1 and TAG.fullmatch(line[-1])]
        if len(tagged) > 1 and len(tagged) >= 0.95 * len(lines):
            return True
    return False


TAG = re.compile(r"O|[BIELSU](?:-\S+)?")

MARKS: tuple[tuple[str, Callable[[set[str], set[str], list[str]], bool]], ...] = (
    ("bionlp_st", lambda suffixes, names, heads: {".a1", ".txt"} <= suffixes),
    ("brat", lambda suffixes, names, heads: {".ann", ".txt"} <= suffixes),
    ("genetag", lambda suffixes, names, heads: "GENE.eval" in names),
    ("triplets", lambda suffixes, names, heads: all(any(each in name for name in names) for each in ("abstracts", "entities", "relations"))),
    ("pubtator", _any(r"^[^|\t\n]+\|t\|")),
    ("bioc_xml", _any(r"<collection[\s>]")),
    ("ddi_xml", _any(r"<entity [^>]*charOffset=")),
    ("genia_xml", _any(r"<(?:term|event|cons)[ >]")),
    ("knowtator", _any(r"<annotations textSource=")),
    ("bioc_json", _any(r'"infons"\s*:')),
    ("pubannotation", _any(r'"denotations"\s*:')),
    ("sentence_labels", _any(r"^###\S+\r?\n[^\t\n]+\t")),
    ("conll", _tagged),
    ("alpaca", _any(r'"instruction"\s*:')),
    ("parquet", lambda suffixes, names, heads: ".parquet" in suffixes),
    ("json_lines", lambda suffixes, names, heads: any(re.match(r'\s*\{.*\}\s*\n\s*\{', head) for head in heads)),
    ("json", lambda suffixes, names, heads: ".json" in suffixes),
    ("table", lambda suffixes, names, heads: bool({".csv", ".tsv"} & suffixes)),
)  # fmt: skip
"""Formats in the order in which they are tried, with what shows them: suffixes, file names, beginnings of files."""


# Formats that have to be told more than their files


def _conll(files: list[File]) -> Reader:
    """Columns, separator and scheme as the first file of tokens has them."""
    for file in files:
        lines = [line for line in decoded(file).split("\n") if line.strip() and not line.startswith("-DOCSTART-")]
        if not lines:
            continue
        separator = "\t" if "\t" in lines[0] else " "
        width = len(lines[0].rstrip("\r").split(separator))
        columns = ("token", *(f"column{n}" for n in range(width - 2)), "tag")
        prefixes = {line.split()[-1][0] for line in lines}
        scheme = next(name for name, letters in SCHEMES if prefixes & set(letters) or not letters)
        return partial(_without_marks, columns=columns, separator=separator, scheme=scheme, type="mention")
    return conll.read


SCHEMES = (("BILUO", "LU"), ("IOBES", "ES"), ("IOB2", "B"), ("IO", ""))
"""Schemes of tags with the letters that those after them do not have."""


MARK = re.compile(r"(?m)^-DOCSTART-.*$")


def _without_marks(files: list[File], **options: Any) -> Iterator[Read]:
    """Read tokens whose documents are told by marks of any kind: each sentence for itself."""
    return conll.read([File(file.name, MARK.sub("", decoded(file)).encode()) for file in files], **options)


def _table(files: list[File]) -> Reader:
    delimiter = "\t" if any(file.suffix == ".tsv" for file in files) else ","
    return partial(table.read, item=item, delimiter=delimiter, quoting="none" if delimiter == "\t" else "csv")


def _values(files: list[File], *, repair: Repair | None = None) -> Iterator[Read]:
    """Read rows wherever they stand in a JSON file: in a list, in a mapping by id, below a key."""
    for file in files:
        values = loaded(file)
        value = values[0] if len(values) == 1 else None
        path = next((key for key, each in value.items() if isinstance(each, list) and each and isinstance(each[0], dict)), "") \
            if isinstance(value, dict) else ""  # fmt: skip
        make = extracts if b'"qas"' in file.data else item
        yield from json.read([file], item=make, repair=repair, path=(path,) if path else ())


MAKERS: dict[str, Callable[[list[File]], Reader]] = {
    "conll": _conll, "table": _table, "json": lambda files: _values,
    "json_lines": lambda files: partial(json_lines.read, item=item),
    "parquet": lambda files: partial(parquet.read, item=item),
}  # fmt: skip

NAMES = {
    "id": ("id", "qid", "question_id", "index", "pmid", "uid", "pairid"),
    "question": ("question", "stem", "query", "instruction"),
    "options": ("options", "choices", "answers"),
    "label": ("label", "gold_label", "class", "category", "labels", "final_decision"),
    "score": ("score", "similarity", "similarity_score"),
    "answer": ("answer", "answer_idx", "cop", "correct", "correct_option", "key", "ra"),
    "reference": ("output", "response", "summary", "target", "long_answer", "answer"),
}
"""What columns are called that mean something; all others that hold a string are texts."""


def item(row: Row) -> Fields:
    """The fields of an Item, as far as the names of the columns tell them."""
    names = {key.casefold(): key for key in row}

    def get(what: str) -> Any:
        return next((row[names[name]] for name in NAMES[what] if name in names and row[names[name]] is not None), None)

    options = _options(row, names)
    label, score, answer = get("label"), get("score"), get("answer")
    places = _places(options, answer if answer is not None else label) if options else ()
    known = {names[name] for group in NAMES.values() for name in group if name in names} | {key for key, _ in options}
    texts = {key: value for key, value in row.items() if isinstance(value, str) and key not in known}
    reference = None if options else get("reference")
    return {
        "id": str(get("id") if get("id") is not None else row.key),
        "texts": texts, "question": str(get("question") or ""), "options": tuple(text for _, text in options), "answers": places,
        "labels": () if options or label is None else tuple(map(str, label)) if isinstance(label, list) else (str(label),),
        "score": float(score) if _is_number(score) else None,
        "references": (reference,) if isinstance(reference, str) else (),
    }  # fmt: skip


def extracts(article: Row) -> Iterator[Fields]:
    """The questions of an article as SQuAD has it."""
    for paragraph in article["paragraphs"]:
        for row in paragraph["qas"]:
            yield {
                "id": str(row["id"]), "texts": {"context": paragraph["context"]}, "question": row["question"],
                "references": tuple(answer["text"] for answer in row.get("answers", ())),
            }  # fmt: skip


def _options(row: Row, names: dict[str, str]) -> list[tuple[str, str]]:
    """Key and text of each option of a question."""
    for name in NAMES["options"]:
        value = row.get(names.get(name, ""))
        if isinstance(value, dict) and value and all(isinstance(each, str) for each in value.values()):
            return list(value.items())
        if isinstance(value, list) and value and all(isinstance(each, str) for each in value):
            return [(str(at), text) for at, text in enumerate(value)]
    keys = [names[name] for name in ("opa", "opb", "opc", "opd", "ope", "a", "b", "c", "d", "e") if name in names]
    return [(key, str(row[key])) for key in keys] if len(keys) > 1 else []


def _places(options: list[tuple[str, str]], answer: Any) -> tuple[int, ...]:
    """The place of the right option, given by its text, its key, its letter or its number from 0."""
    texts, keys = [text for _, text in options], [key.casefold().removeprefix("op") for key, _ in options]
    if answer is None or answer == "":
        return ()
    if str(answer) in texts:
        return (texts.index(str(answer)),)
    if isinstance(answer, int) or str(answer).isdecimal():
        return (int(answer),)
    if str(answer).casefold() in keys:
        return (keys.index(str(answer).casefold()),)
    if re.fullmatch("[A-Ja-j]", str(answer)):
        return (ord(str(answer).casefold()) - ord("a"),)
    raise ValueError(f"the answer {answer!r} is none of the {len(texts)} options")


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True
