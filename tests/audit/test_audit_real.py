"""The real corpora: how many mentions do not quote their text, why, and what mends them. Numbers only."""

import os
from collections import Counter
from pathlib import Path

import pytest

from medinstruct.auditor import audit
from medinstruct.auditor.overlap import matrix

DATA = Path(os.environ.get("MEDINSTRUCT_DATA") or Path(__file__).parents[3] / "shared" / "corpora")

pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason="the real corpora are not here"),
]

MISQUOTED = {  # mentions, those that do not quote their text, those of them that our repairs mend
    "bc2gm": (24596, 1, 1), "chemprot": (62147, 0, 0), "ddi2013": (18491, 4, 4), "euadr": (729, 3, 3),
    "gnormplus": (10642, 39, 39), "ncbi-disease": (6892, 1, 1), "nlm-gene": (16850, 11, 11),
    "pharmaconer": (5748, 5, 5), "tmvar3": (12582, 21, 21),
}  # fmt: skip
CAUSES = {  # of those, by the first words of their certain causes
    "bc2gm": {"only punctuation": 1},
    "ddi2013": {"only white": 3, "its parts": 1},
    "euadr": {"a discontinuous": 3},
    "gnormplus": {"offsets count": 33, "only punctuation": 3, "it ends": 2, "only case": 1},
    "ncbi-disease": {"only punctuation": 1},
    "nlm-gene": {"offsets are": 10, "only case": 1},
    "pharmaconer": {"offsets are": 5},
    "tmvar3": {"offsets are": 21},
}


@pytest.mark.parametrize("id", MISQUOTED)
def test_mentions_that_do_not_quote_their_text(id):
    """As many as a plain count over the files gives, and their causes."""
    report = audit(id, data=DATA)

    assert (report.mentions, report.misquoted, report.mended) == MISQUOTED[id]
    causes = Counter(" ".join(each.cause.split()[:2]) for each in report.findings if each.code == "A201")
    assert causes == CAUSES.get(id, {})


COUNTS = {
    "covid-qa": {"A608": 234}, "jnlpba": {"A503": 10}, "ncbi-disease": {"A501": 1}, "genia-event": {"A301": 24},
    "ebm-nlp": {"A108": 2}, "medquad": {"A605": 792}, "nerel-bio": {"A208": 22, "A304": 165}, "mmlu-med": {"A502": 78},
}  # fmt: skip


@pytest.mark.parametrize("id", COUNTS)
def test_what_else_is_known_of_a_release(id):
    """Findings that were looked at one by one or by sample stay as they are."""
    found = Counter(finding.code for finding in audit(id, data=DATA).findings)

    assert {code: found[code] for code in COUNTS[id]} == COUNTS[id]


def test_which_test_parts_stand_in_train_parts():
    """By PMID where both have it, by text where one has ids of another kind."""
    ids = ["bc5cdr", "biored", "bionlp09", "jnlpba", "tmvar3", "nlm-gene"]
    found = {(each.test, each.train): (each.pmid, each.text, each.any) for each in matrix(DATA, ids=ids).overlaps}

    assert found["bc5cdr", "biored"] == (53, 53, 53)
    assert found["tmvar3", "biored"] == (61, 61, 61)
    assert found["bionlp09", "jnlpba"] == (0, 260, 260)
    assert found["jnlpba", "jnlpba"] == (0, 10, 10)
    assert found["nlm-gene", "biored"] == (16, 15, 16)
