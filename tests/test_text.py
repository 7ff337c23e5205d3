"""Sentences, tokens, windows and identities: what they promise, on hand-made and on hostile text."""

import sys
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medinstruct.formats import spacy_sentences
from medinstruct.text import (
    count_tokens,
    identity,
    normalise,
    sentence_identities,
    sentences,
    tokens,
    windows,
)
from medinstruct.text.fingerprint import without_case
from medinstruct.text.token import pieces

# One text a line. `|` stands where a sentence ends, and is taken out before the text is split.
TRICKY = """
Dr. Ito gave 2.5 mg/kg i.v. to E. coli carriers (Fig. 2).| p53 rose.
This was shown by Marlow et al. (2010) in mice.| It was not confirmed.
Marlow et al. Nature 2003 is often cited.| The claim was tested by Marlow et al.| The answer was no.
It bound the motif (bp. -31 to -24) at once.| It held.
Marlow-9 (LMA. 4)-treated cells grew.| They did so 1) fast.| 2) often.
We saw it (Fig. 2).| Figs. 1 and 2 show more.| See Fig. S1 for controls.
The drug was given i.v. or i.p. every day.| Rats got 5 mg i.v. LX-12 twice.
He took 40 mg p.o. q.d. for a week.| She took it b.i.d.| Morning doses were missed.
Some kinases, e.g. Abl, were tested (i.e. Abl and Brk).| Others, viz. Brk, were not.
Survival was 12 vs. 15 months.| The gain (12 vs. 15) was small.
Dr. Ilse Brandt saw Mrs. Okafor at St. John Hospital.| She was well.
It took approx. 3 hours.| About 2.5 mg/kg was given.| Nobody died.
The difference was real (p < .05).| Age did not matter (P = 0.31).
E. coli and S. cerevisiae grew.| S. Typhimurium did not.| We isolated H. pylori.
Candida spp. were found.| Bacillus sp. CX50 was new.| We kept all Candida spp.| The rest was lost.
See No. 5 of the list.| The answer was no.| We asked again.
The U.S. Food Office agreed.| Many live in the U.S.| The others do not.
Samples came from J. B. Weller and K. Otieno.| They were frozen.
The children lacked vitamin C.| Patients had hepatitis B.| Most were in group A.| Few were not.
1. Introduction
2.1. Methods of the study.| 3. Results of the study.
A. Patients were seen.| II. Results were good.| (a) They left.| b) They came back.
He said "it is done."| Then he left.| (It was done.)| The end.
The trial was stopped (no effect was seen).| The sponsor paid.
Did it work?| It did!| Really?!| Yes…| Perhaps.
"Did it work?" he asked.| "It did."
BACKGROUND: Falls are common.| METHODS: We counted 12 falls.| RESULTS: None.
The gene was lost.| p53 is a suppressor.| mTOR was not changed.| α-synuclein was.| c-Fos rose.
The mice were observed.| then they were fed.
The sample (subsp. nova) was approx. half as long and var. minor was lost.
Values were 3.5, 4.0 and 0.05.| 12 patients left in 2010.| 2 came back.
The value rose to 6. 97 and fell to 0. 04 later.
It is described in refs. [4,5].| (Data not shown.)| [Supplement.]| Done.
It was made by Zeta Inc. in Ulm.| It was sold by Beta Ltd. (Kiel) as well.| We like Zeta Inc.| All was used.
The variants c. 35G>A and (p. Val60Glu) were new.| See p. 12 and pp. 14-15.
He came on Nov. 30 and left in Dec.| Nobody knew.
Levels (mean ± s.d.) were high.| Levels ± s.e.m. (n = 5) were low.
The plant Prunella montana (L.) Weller grows here, cf. Table 3.
Both, vitamins etc., were asked for.| They were given vitamins, etc.| All were happy.
We used eq. 3 and Eqs. 4-5.| Sect. 2 tells why.| Every sect. differs.
Wait... there is more.| Wait...| There is more.
Ask Prof. M. O. Reyes, Ph.D. for it.| Ask Lt. Dan.| He knows.
A dose of 5 mg.| A dose of 5 ml.| A weight of 5 kg.| A time of 5 min.| An hour.
The grade was assessed as type I.| Mutations were rare.
Cells were lysed in 10 mM Tris (pH 7.4).| pH was checked.
The sample ( n = 5 ) was small .| ( See above . )| It was lost .
We saw the so-called " wobble . "| It was seen by Marlow et al . ( 1999 ) too .
Expression of ABC1 fell .| ( 2 ) Loss of ABC1 .| A p < . 05 was enough .
Cite it as Proc. Natl. Acad. Sci. USA 95, 14-17 or J. Exp. Med. 273, 22-24.| We did.
La Sra. Paz tomó 2,5 mg de lobolasto.| ¿Mejoró?| ¡Sí!| El Dr. Gil, aprox. a las 8, la vio.
Véase la pág. 4 y la fig. 2.| Lo vieron Gil y col. (2003).| La paciente murió.
В 2010 г. было 5 больных, в т.ч. двое детей.| См. рис. 2 и табл. 3.| Проф. И. И. Лунин согласен.
Больные жили в Казани, Перми и др. городах с 2011 г.| В исследование вошли все.
患者服药。|好转了！|还痛吗？|「不痛。」|他说
रोगी ठीक है।
המטופל בסדר.| הוא הלך.| تحسن المريض.| نعم.
Urine was clear.| Na 140.| K 4.2 and Cl 101.
The rate was 5%.| This was low (5%).| 95% CI 3–7.
http://example.org/a.b?c=d.html is a page.| So is example.org.| None is v1.2.3 of it.
""".strip().split("\n")


def parted(marked: str) -> list[str]:
    return [part.strip() for part in marked.split("|")]


def parts(text: str, spans: list[tuple[int, int]]) -> list[str]:
    return [text[start:end] for start, end in spans]


@pytest.mark.parametrize("marked", TRICKY)
def test_tricky_full_stops(marked: str) -> None:
    """A sentence ends where a reader would end it, whatever stands before the full stop."""
    text = marked.replace("|", "")

    assert parts(text, sentences(text)) == parted(marked)


LINES = {
    "a blank line": ("a first line\n \nand a second", ["a first line", "and a second"]),
    "title and text": (
        "Effects of lobolast on sleep\nWe gave lobolast to twelve mice. They slept.",
        ["Effects of lobolast on sleep", "We gave lobolast to twelve mice.", "They slept."],
    ),
    "title and a name in lower case": (
        "Loss of p53 in the lobes\np53 was lost in all of the lobes that we saw.",
        ["Loss of p53 in the lobes", "p53 was lost in all of the lobes that we saw."],
    ),
    "headings and items": (
        "MEDICATIONS\nLobolast 5 mg\nAspirin 81 mg daily\n- none at night\nPLAN:\n1. Rest.\n2. Call.",
        [
            "MEDICATIONS",
            "Lobolast 5 mg",
            "Aspirin 81 mg daily",
            "- none at night",
            "PLAN:",
            "1. Rest.",
            "2. Call.",
        ],
    ),
    "hard-wrapped text": (
        "The patient was brought to the clinic of Dr.\nWeller in May with pain in a knee\n"
        "of Baker type. She could not walk. There was no\nfever. The knee was red.\nIt was cold.",
        [
            "The patient was brought to the clinic of Dr.\nWeller in May with pain in a knee\nof Baker type.",
            "She could not walk.",
            "There was no\nfever.",
            "The knee was red.",
            "It was cold.",
        ],
    ),
    "a wrapped title before wrapped text": (
        "Lobolast for the treatment of insomnia in\nelderly patients with falls and with gout\n"
        "We studied the effect of lobolast in old\nmice that fell.",
        [
            "Lobolast for the treatment of insomnia in\nelderly patients with falls and with gout",
            "We studied the effect of lobolast in old\nmice that fell.",
        ],
    ),
    "running text in lower case": ("he was given\nlobolast at night", ["he was given\nlobolast at night"]),
    "a dialogue": (
        "[doctor] so how are you today and how did you sleep\n[patient] fine\ndoctor: good",
        ["[doctor] so how are you today and how did you sleep", "[patient] fine", "doctor: good"],
    ),
    "an abbreviation at the end of a line": (
        "He saw Dr.\nWeller, who was the head of the clinic at that time.",
        ["He saw Dr.\nWeller, who was the head of the clinic at that time."],
    ),
    "carriage returns": ("One line.\r\nTwo lines.\r\n\r\nThree", ["One line.", "Two lines.", "Three"]),
    "other separators are blanks": (
        "One\u2028two.\u2029Three\x0bfour.\x0cFive\x85six.\u00a0Seven",
        ["One\u2028two.", "Three\x0bfour.", "Five\x85six.", "Seven"],
    ),
}


@pytest.mark.parametrize("text, expected", LINES.values(), ids=LINES)
def test_lines(text: str, expected: list[str]) -> None:
    """A line ends a sentence where it ends on purpose, and not where it was only wrapped."""
    assert parts(text, sentences(text)) == expected


def test_sentences_are_trimmed() -> None:
    """Blanks around a sentence are none of it, a line break inside it is; spaCy's blank pipeline agrees."""
    text = "  He slept.  She did\nnot! \n"

    assert parts(text, sentences(text)) == ["He slept.", "She did\nnot!"]
    assert sentences(text) == spacy_sentences.sentences(text, "en")


TOKENS = {
    "2.5 mg/kg": "2.5 mg / kg",
    "N,N-dimethyl": "N , N - dimethyl",
    "1,2-dichloro": "1 , 2 - dichloro",
    "1,000 or 12,345,678 or 1,2345": "1,000 or 12,345,678 or 1 , 2345",
    "2,5 mg.": "2 , 5 mg .",
    "p<.05, 5mg IL-2Rα": "p < . 05 , 5mg IL - 2Rα",
    "GENE_1 (CD4+)": "GENE _ 1 ( CD4 + )",
    "v1.2.3... 3.": "v1.2.3 . . . 3 .",
    "co-op's “x”": "co - op ' s “ x ”",
    "cafe\u0301 x\u0304=2": "cafe\u0301 x\u0304 = 2",
    "हिन्दी में": "हिन्दी में",
    "می\u200cخواهم": "می\u200cخواهم",
    "患者3人": "患 者 3 人",
    "ok👩🏽\u200d⚕\ufe0f👍🏽!": "ok 👩🏽\u200d⚕\ufe0f 👍🏽 !",
    "🇩🇪🇫🇷": "🇩🇪 🇫🇷",
    "a\u200bb": "a \u200b b",
    "inter\u00adleukin": "inter \u00ad leukin",
    "\u0301 \u0301": "\u0301 \u0301",
    "a\x00b\ud800": "a \x00 b \ud800",
    "": "",
}


@pytest.mark.parametrize("text, expected", TOKENS.items())
def test_tokens(text: str, expected: str) -> None:
    """Punctuation parts tokens, numbers stay whole, and marks stay with their letter."""
    assert parts(text, tokens(text)) == expected.split(" ") * bool(text)


def test_every_mark_of_unicode_stays_with_its_letter() -> None:
    """The ranges that are searched for combining marks hold all of them."""
    marks = [chr(c) for c in range(sys.maxunicode + 1) if unicodedata.category(chr(c)).startswith("M")]

    assert [mark for mark in marks if len(tokens("a" + mark)) != 1] == []


# -- what holds for any text

PIECES = [
    "a. ",
    "B. ",
    "et al. ",
    "e.g. ",
    "Fig. 2 ",
    "p53 ",
    "The ",
    "1. ",
    "(",
    ")",
    '"',
    "'",
    "…",
    "?! ",
    ".",
    "。",
]
PIECES += [
    "\n",
    "\n\n",
    "\n- ",
    " ",
    "\t",
    "\r\n",
    "\u2028",
    "\u00a0",
    "\x00",
    "\x1c",
    "\x85",
    "\ufeff",
    "\u200b",
]
PIECES += [
    "e\u0301",
    "\u0301",
    "\u05e9\u05b8",
    "\u202e",
    "👩🏽\u200d⚕\ufe0f",
    "🇩🇪",
    "\ud83d",
    "患者",
    "2.5",
    "1,000",
    "ß",
    "İ",
    "x" * 60,
]
hostile = st.lists(st.sampled_from(PIECES) | st.text(st.characters(), max_size=4), max_size=40).map("".join)


def assert_covers(text: str, spans: list[tuple[int, int]]) -> None:
    """The spans are in order, apart, trimmed, not empty, and leave out nothing but white space."""
    at = 0
    for start, end in spans:
        assert at <= start < end
        assert not text[at:start].strip()
        assert text[start:end] == text[start:end].strip()
        at = end
    assert not text[at:].strip()


@given(hostile)
def test_sentences_cover_any_text(text: str) -> None:
    """Sentences cover any text, are the same again, and no blank line is inside one."""
    found = sentences(text)

    assert_covers(text, found)
    assert found == sentences(text)
    assert all("\n\n" not in sentence for sentence in parts(text, found))


@given(hostile)
def test_white_space_around_a_text_changes_no_sentence(text: str) -> None:
    """A text and the same text with white space around it have the same sentences."""
    assert parts(text, sentences(text)) == parts(f" \n{text}\n ", sentences(f" \n{text}\n "))


@given(hostile)
def test_tokens_cover_any_text(text: str) -> None:
    """Tokens cover any text, hold no white space, and are found again in any sentence."""
    found = tokens(text)

    assert_covers(text, found)
    assert all(not any(map(str.isspace, token)) for token in parts(text, found))


@given(hostile, st.integers(1, 12))
def test_windows_cover_any_text_within_the_limit(text: str, limit: int) -> None:
    """No window is over the limit and none of the text is left out, however small the limit."""
    found = windows(text, max_tokens=limit)

    assert_covers(text, found)
    assert all(count_tokens(part) <= limit for part in parts(text, found))


@given(hostile, st.integers(0, 200))
def test_parts_count_as_much_as_the_whole_or_more(text: str, at: int) -> None:
    """Cutting a text anywhere never lowers its count."""
    assert count_tokens(text) <= count_tokens(text[:at]) + count_tokens(text[at:])


@given(hostile)
def test_tokens_are_counted_as_the_pattern_of_pieces_finds_them(text: str) -> None:
    """Windows cut by the pattern; the count has a faster way, and another one for long texts."""
    for same in (text, (text + " ") * 300, text * 300, "".join(sign * 300 for sign in text)):
        assert count_tokens(same) == len(pieces(same, 0, len(same)))


@given(hostile, hostile)
def test_case_and_blanks_do_not_tell_texts_apart(text: str, other: str) -> None:
    """ASCII has a faster way."""

    def folded(text: str) -> str:
        return " ".join(text.split()).casefold()

    ascii = text.encode("ascii", "replace").decode()
    for same in (text, ascii, folded(text), folded(ascii), f"\x1c {ascii}\v\x1f\n{text} "):
        assert without_case(same) == without_case(folded(same))
    assert (without_case(text) == without_case(other)) == (folded(text) == folded(other))


@given(hostile)
def test_normalised_words_are_those_that_a_definition_gives(text: str) -> None:
    """Runs of letters and digits of the folded text, between which only what nobody sees may stand."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    unseen = {"\u00ad", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", *map(chr, range(0x1F3FB, 0x1F400))}
    seen = [c for c in folded if c.isalnum() or not (unicodedata.category(c).startswith("M") or c in unseen)]
    assert normalise(text) == " ".join("".join(c if c.isalnum() else " " for c in seen).split())


@given(hostile)
def test_normalised_text_is_letters_and_digits(text: str) -> None:
    """Normalising again changes nothing, and only letters, digits and single blanks are left."""
    words = normalise(text)

    assert normalise(words) == words
    assert all(map(str.isalnum, words.split(" "))) or not words


@given(hostile)
def test_identity_is_blind_to_dress(text: str) -> None:
    """Case, Unicode form, punctuation and spacing do not change an identity."""
    assert identity(f"«{unicodedata.normalize('NFD', text)}»\n") == identity(unicodedata.normalize("NFC", text))
    assert identity(text.replace(" ", " – ")) == identity(text)


# -- windows


def test_windows_pack_sentences_greedily() -> None:
    """Sentences go into a window as long as they fit; no sentence is cut that fits by itself."""
    text = "One two. Three four.\n\nFive six seven. Eight."

    assert [count_tokens(text[a:b]) for a, b in sentences(text)] == [3, 3, 4, 3 - 1]
    assert parts(text, windows(text, max_tokens=6)) == ["One two. Three four.", "Five six seven. Eight."]
    assert parts(text, windows(text, max_tokens=5)) == [
        "One two.",
        "Three four.",
        "Five six seven.",
        "Eight.",
    ]
    assert parts(text, windows(text, max_tokens=99)) == [text]


def test_windows_cut_a_long_sentence_behind_clauses_then_between_words() -> None:
    """A sentence over the limit is cut where it hurts least, and its rest shares a window with what follows."""
    text = "Go. A b, c d e-f g. Stop it."

    assert parts(text, windows(text, max_tokens=5)) == ["Go. A b,", "c d e-f", "g. Stop it."]
    assert parts(text, windows(text, max_tokens=8)) == ["Go. A b,", "c d e-f g.", "Stop it."]
    assert parts(text, windows(text, max_tokens=2)) == ["Go.", "A", "b,", "c d", "e-", "f", "g.", "Stop", "it."]


def test_windows_cut_a_long_token_inside() -> None:
    """Not even one endless token is truncated or over the limit."""
    text = "See " + "ACGT" * 100 + "."

    found = windows(text, max_tokens=10)

    assert_covers(text, found)
    assert max(count_tokens(part) for part in parts(text, found)) == 10


def test_windows_keep_to_given_sentences() -> None:
    """The caller's sentences are packed as they are."""
    assert windows("ab cd ef", max_tokens=2, sentences=[(0, 5), (6, 8)]) == [(0, 5), (6, 8)]


def test_windows_refuse_an_empty_budget() -> None:
    """A budget of nothing is the caller's mistake."""
    with pytest.raises(ValueError, match="max_tokens is 0"):
        windows("a", max_tokens=0)


def test_count_tokens_by_its_rule() -> None:
    """Six ASCII letters, three digits, two other letters, one mark, or a run of newlines each count one."""
    counts = {
        "": 0,
        "mice": 1,
        "patients": 2,
        "12": 1,
        "1234": 2,
        "IL-2": 3,
        "мышь": 2,
        "患者": 1,
        "a  b": 2,
        "a\n\nb": 3,
    }

    assert {text: count_tokens(text) for text in counts} == counts


# -- identity


def test_normalise_by_example() -> None:
    """Case, width, ligatures, punctuation and unseen characters go; letters of any script stay."""
    examples = {
        "  Aspirin® 81 mg, q.d.\n": "aspirin 81 mg q d",
        "ＩＬ－２ ﬁbre": "il 2 fibre",
        "inter\u00adleu\u200bkin": "interleukin",
        "STRASSE Straße": "strasse strasse",
        "cafe\u0301 Caf\u00e9": "café café",
        "IL_2 10\u2076": "il 2 106",
        "Ёлка—ёлка": "ёлка ёлка",
        "!?": "",
    }

    assert {text: normalise(text) for text in examples} == examples


def test_identity_by_example() -> None:
    """An identity is `text:` and 32 hexadecimal digits of XXH3-128, the same in every release."""
    assert identity("Lobolast made all of the mice sleep.") == identity("LOBOLAST made all  of the mice sleep")
    assert identity("Lobolast made all of the mice sleep.") == "text:6f346167363f2a74add22c2449ade2eb"
    assert identity("Lobolast made all of the mice sleep.") != identity("Lobolast made none of the mice sleep.")


def test_short_texts_have_no_identity() -> None:
    """What many documents say by chance identifies none of them."""
    assert [identity(text) for text in ("", "yes", "!!", "No acute chest pain.")] == ["", "", "", ""]
    assert identity("No acute chest pain today.")
    assert identity("患者服药") == ""
    assert identity("患者服药后好转出院")


def test_sentence_identities_skip_short_sentences() -> None:
    """A sentence of eight words or more is known again in another text, whatever stands around it."""
    long = "Lobolast made all of the twelve mice sleep"
    text = f"Sleep in mice\nWe did it. {long}. {long.upper()}! We thank all."

    assert sentence_identities(text) == [identity(long)] * 2
    assert sentence_identities("We did it. We thank all.") == []


# -- time

LENGTH = 200_000
LONG = {
    "dots": ".",
    "short sentences": "a. ",
    "initials": "A. B. ",
    "blanks after a stop": (". ", " "),
    "newlines": "\n",
    "short lines": "a\n",
    "wrapped lines": "word " * 12 + "and\n",
    "quotes": (".", '"'),
    "closing brackets": ". )",
    "opening brackets": (". ", "("),
    "blanks in brackets": (". ", "( "),
    "one word": "x",
    "hyphens after a stop": (". ", "a-"),
    "numbers": "1,",
    "decimals": "1.",
    "combining marks": ("a", "\u0301"),
    "letters with marks": "a\u0301",
    "joined emoji": "👩\u200d",
    "flags": "🇩",
    "wide stops": "。",
    "closing wide stops": "。」",
    "ellipses": "… ",
    "abbreviations": "et al. e.g. ",
    "zero width": "\u200b",
}


@pytest.mark.parametrize("unit", LONG.values(), ids=LONG)
def test_linear_time(unit: str | tuple[str, str]) -> None:
    """A long stretch of the worst takes a second: anything quadratic would take an hour."""
    first, again = unit if isinstance(unit, tuple) else ("", unit)
    text = first + again * (LENGTH // len(again))
    started = time.perf_counter()

    assert_spans_end(text, sentences(text))
    assert_spans_end(text, tokens(text))
    assert_spans_end(text, windows(text, max_tokens=100))
    sentence_identities(text)

    assert time.perf_counter() - started < 10


def assert_spans_end(text: str, spans: list[tuple[int, int]]) -> None:
    assert (spans[-1][1] if spans else 0) == len(text.rstrip())
