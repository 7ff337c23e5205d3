"""The bundled samples carry the quirks of their corpora on purpose, and no other fault."""

import pytest

from medinstruct import corpora
from medinstruct.auditor import audit
from medinstruct.corpora.corpus import SAMPLES

ON_PURPOSE = {
    "bc2gm": {"A201", "A214"},  # an offset one too early; alternatives that belong to no gene, or quote another text
    "bionlp11-id": {"A109"},  # a blank at the end of a line
    "chemprot": {"A207"},  # a chemical that is a gene, too
    "covid-qa": {"A608"},  # an answer with a leading blank that its place leaves out
    "craft": {"A203"},  # an empty part of a mention
    "ddi2013": {"A209"},  # a plain mention in two parts
    "ebm-nlp": {"A108"},  # IO tags
    "genia-event": {"A209", "A301"},  # terms in parts; an event without a clue
    "head-qa": {"A602", "A609"},  # an option twice; five options in one year and four in another
    "head-qa-en": {"A602", "A609"},
    "jnlpba": {"A502", "A508"},  # an abstract that is there twice, annotated otherwise
    "medmcqa": {"A602"},
    "medquad": {"A605"},  # answers that were withdrawn
    "mts-dialog": {"A106"},  # LF inside quoted cells of a CRLF file
    "n2c2-2018-ade": {"A209"},
    "ncbi-disease": {"A501"},  # an abstract that is listed twice
    "nerel-bio": {"A109", "A208"},  # a tab at the end of lines; parts out of order
    "nli4ct": {"A110", "A505"},  # keys of comparisons only; two parts of one trial
    "nli4ct-2024": {"A110", "A505"},
    "nlm-gene": {"A201"},  # a text that is longer than the one that was annotated
    "pharmaconer": {"A201"},  # characters lost at empty lines
    "pico-data": {"A204"},  # a line break at the end of a mention
    "sts-b": {"A106"},
    "tmvar3": {"A201", "A205"},  # blanks lost before a word
}
"""By corpus, the codes of what its sample shows because the real corpus has it."""


@pytest.mark.parametrize("id", [id for id in corpora.names() if (SAMPLES / id).is_dir()])
def test_a_sample_shows_its_quirks_and_no_fault(id):
    """What a new sample shows on purpose goes into the table; what it does not mean is mended in the sample."""
    assert {finding.code for finding in audit(id, samples=True).findings} == ON_PURPOSE.get(id, set())
