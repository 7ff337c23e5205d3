"""A cause is told where it is certain, and only there; what it says would mend the document."""

import pytest
from plants import article, as_files, brat_files, card, marked, mention, pubs

from medinstruct.auditor import audit, inspect
from medinstruct.auditor.cause import diagnose
from medinstruct.auditor.change import Wrong
from medinstruct.document import quote
from medinstruct.formats import brat, pubtator
from medinstruct.formats.draft import believe_offsets, by_id

TEXT = "Zürn and colleagues gave zorbin to 12 mice, keltin to 9 and vexin to none; zorbin helped most, keltin least."
STRINGS = ["zorbin", "keltin", "vexin", "mice"]


def mentions(offset, text=TEXT, strings=STRINGS):
    found = [(text.index(string), string) for string in strings]
    return [
        {"id": f"T{n}", "spans": ((offset(at), offset(at) + len(string)),), "text": string, "types": ("X",)}
        for n, (at, string) in enumerate(found, 1)
    ]


def wrong_of(marks, text=TEXT):
    return [
        Wrong(each["id"], each["spans"], each["text"], quote(text, each["spans"]))
        for each in marks
        if quote(text, each["spans"]) != each["text"]
    ]


@pytest.mark.parametrize(
    "offset", [lambda at: len(TEXT[:at].encode()), lambda at: at + 2, lambda at: at + 5 * (at > 40)]
)
def test_the_spans_that_a_cause_gives_quote_the_text(offset):
    """They are what a repair would make of the mentions."""
    marks = mentions(offset)
    found = diagnose(TEXT, marks, wrong_of(marks))

    assert found.cause
    assert {id: quote(TEXT, spans) for id, spans in found.moved.items()} == {w.id: w.says for w in wrong_of(marks)}


def test_a_cause_that_would_break_a_right_mention_is_none():
    """Three mentions are one too far and one is right: not all offsets are counted from 1."""
    marks = mentions(lambda at: at + 1)
    marks[0] = mentions(lambda at: at)[0]

    assert "counted from 1" not in diagnose(TEXT, marks, wrong_of(marks)).cause


def test_one_mention_alone_proves_no_common_cause():
    """That a lone mention is one too far may have a hundred causes."""
    marks = mentions(lambda at: at - 1, strings=["keltin"])
    found = diagnose(TEXT, marks, wrong_of(marks))

    assert (found.cause, found.moved, found.causes) == ("", {}, {})


def test_a_cause_says_what_it_leaves_unexplained():
    """Of seven wrong mentions six are explained by bytes, and one has a cause of its own."""
    strings = ["zorbin", "keltin", "vexin", "mice", "colleagues", "none", "helped"]
    marks = mentions(lambda at: len(TEXT[:at].encode()), strings=strings)
    marks[3]["text"] = "MICE"
    found = diagnose(TEXT, marks, wrong_of(marks))

    assert "bytes of UTF-8 (explains 6 of the 7 that are wrong here)" in found.cause
    assert set(found.moved) == {"T1", "T2", "T3", "T5", "T6", "T7"}


def test_strings_that_stand_nowhere_have_no_cause():
    """What is not in the text cannot have been moved."""
    marks = [
        {"id": "T1", "spans": ((0, 6),), "text": "murine", "types": ("X",)},
        {"id": "T2", "spans": ((30, 36),), "text": "ovine.", "types": ("X",)},
    ]
    found = diagnose(TEXT, marks, wrong_of(marks))

    assert (found.cause, found.moved, found.causes) == ("", {}, {})


def test_where_no_cause_is_certain_the_place_of_the_string_is_told(tmp_path):
    """A person can look there."""
    for name, data in marked(TEXT, "keltin", counted_in=TEXT.replace("Zürn", "Zürnzürn")).items():
        (tmp_path / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    [finding] = audit(tmp_path).findings

    assert (finding.cause, f"it stands 2 times, next at {TEXT.index('keltin')}" in finding.what) == ("", True)


def test_a_finding_says_whether_a_repair_of_ours_mends_it():
    """The release is looked at as it is published, and then as the corpus' repairs leave it."""
    faulty = pubs(
        article("7", "Zorbin helped.", "It did.", []) + "7\t0\t6\tZORBIN\tDrug\tX1\n7\t7\t13\tHELPED\tVerb\tX2\n"
    )
    corpus = card(pubtator.read, repair=by_id({"7": ("capitals", believe_offsets("T1"))}))
    report = inspect(corpus, {"all": lambda: as_files(faulty)})

    assert [(finding.annotation, finding.mended) for finding in report.findings] == [("T1", True), ("T2", False)]
    assert report.summary.endswith("2 of 2 mentions do not quote their text (1 of them mended by repairs of ours)")
    assert report.failed


def test_a_report_whose_errors_are_all_mended_has_not_failed():
    """Then a build is sound."""
    faulty = pubs(article("7", "Zorbin helped.", "It did.", []) + "7\t0\t6\tZORBIN\tDrug\tX1\n")
    corpus = card(pubtator.read, repair=by_id({"7": ("capitals", believe_offsets("T1"))}))

    assert not inspect(corpus, {"all": lambda: as_files(faulty)}).failed


def test_findings_tell_file_and_line(tmp_path):
    """Those of the annotation, not of the record."""
    note = "Zorbin helped.\nVexin did not."
    lines = [mention("T1", "Drug", "Zorbin", text=note), mention("T2", "Drug", "Vexin", text=note, says="VEXIN")]
    for name, data in brat_files(note, lines).items():
        (tmp_path / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    [finding] = audit(tmp_path).findings

    assert (finding.file, finding.line, finding.document, finding.annotation) == ("d1.ann", 2, "d1", "T2")
    assert (finding.says, finding.stands) == ("VEXIN", "Vexin")


MANY = "Mütze said that {} helped. So did zorbin and keltin with {}, in nine of ten."


def test_of_two_causes_the_one_that_explains_more_documents_is_named():
    """One umlaut before all mentions: by itself a document may be counted in bytes or from 1; its neighbours decide."""
    one, other = MANY.format("vexin", "mice"), MANY.format("Zürn", "Bär") + " Ärgerlich, said vexin."
    alone = brat_files(
        one,
        [mention(f"T{n}", "X", each, text=one, by=(1, 1)) for n, each in enumerate(("zorbin", "keltin", "mice"), 1)],
        "d1",
    )
    wide = [
        mention(f"T{n}", "X", each, text=other, by=(k, k))
        for n, (each, k) in enumerate((("zorbin", 2), ("keltin", 2), ("vexin", 4)), 1)
    ]
    beside = brat_files(other, wide, "d2")
    corpus = card(brat.read)

    by_itself = inspect(corpus, {"all": lambda: as_files(alone)}).findings
    together = inspect(corpus, {"all": lambda: as_files({**alone, **beside})}).findings

    assert {each.cause for each in by_itself} == {"offsets count the bytes of UTF-8, or offsets are counted from 1"}
    assert {each.cause for each in together} == {"offsets count the bytes of UTF-8"}
