"""Faults of mentions, their offsets and their relations."""

import unicodedata

from plants import (  # fmt: skip
    ABSTRACT,
    MARKS,
    OTHER,
    PLAIN,
    TITLE,
    Plant,
    article,
    card,
    in_note,
    marked,
    mention,
    pubs,
)

from medinstruct.formats import bionlp_st, brat
from medinstruct.tasks import Events, Relations, Spans

FEW = [("Lobolast", "Drug"), ("zorbin", "Drug"), ("keltin", "Drug")]
GREEK = "Mütze-1 and β-zorbin rise in cold mice, and keltin falls."
FACES = "Six mice 🐭 became delirious 🤒 on lobolast, and none on zorbin or keltin."
SIGNS = "With p<0.05 & n>6 they fell on lobolast, and none on zorbin or keltin."


def counted(name, tells, count, abstract=ABSTRACT, marks=MARKS) -> Plant:
    """Offsets of the first of two articles, counted in another way."""
    faulty = pubs(article("91000001", TITLE, abstract, marks, count), OTHER)
    clean = pubs(article("91000001", TITLE, abstract, marks), OTHER)
    return Plant("A201", name, faulty, clean, tells, document="91000001")


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


OFFSETS = [
    counted("inclusive ends", "inclusive", lambda text, at, is_end: at - is_end),
    counted("from 1", "counted from 1", lambda text, at, is_end: at + 1),
    counted("from 1 and inclusive", "counted from 1, the end being", lambda text, at, is_end: at + 1 - is_end),
    counted("bytes", "bytes of UTF-8", lambda text, at, is_end: len(text[:at].encode()), GREEK, FEW),
    counted("UTF-16", "UTF-16", lambda text, at, is_end: len(text[:at].encode("utf-16-le")) // 2, FACES),
    counted("separator of two", "counted as 2 characters", lambda text, at, is_end: at + (at > len(TITLE))),
    counted("no separator", "counted as 0 characters", lambda text, at, is_end: at - (at > len(TITLE))),
    counted("shifted from the middle on", "off by +3 from", lambda text, at, is_end: at + 3 * (at > 30)),
    counted("entities counted", "as entities", lambda text, at, is_end: len(escaped(text[:at])), SIGNS),
    counted("white space left out", "leave out white space", lambda text, at, is_end: len("".join(text[:at].split()))),
]

DRUGS = ("Zorbin", "Vexin", "keltin")
CRLF = "Zorbin cured gout.\r\nVexin cured the ague.\r\nSo did keltin.\r\n"
LF = CRLF.replace("\r\n", "\n")
MARKED = "Zorbin cured Zürn & Bär ⅔ fever. Ärgerlich, said Vexin: 5 µg of keltin."
ENTITIES = "Zorbin &lt; 3 mg cured gout &amp; ague. Vexin &gt; keltin."
DECODED = "Zorbin < 3 mg cured gout & ague. Vexin > keltin."
JOINED = LF.replace("\n", "")
OFFSETS += [
    Plant("A201", name, marked(text, *DRUGS, counted_in=other), marked(text, *DRUGS), tells, document="d1", also=frozenset(also))
    for name, text, other, tells, also in [
        ("LF counted", CRLF, LF, "leave out the CR", ()),
        ("CRLF counted", LF, CRLF, "as two (CRLF)", ()),
        ("no line breaks counted", LF, JOINED, "leave out line breaks", ()),
        ("decomposed letters counted", MARKED, unicodedata.normalize("NFD", MARKED), "NFD", ()),
        ("composed letters counted", unicodedata.normalize("NFD", MARKED), MARKED, "NFC", ()),
        ("decoded text counted", ENTITIES, DECODED, "entities of the text", ()),
    ]
] + [
    Plant("A201", "byte order mark counted", marked("\ufeff" + LF, *DRUGS), marked(LF, *DRUGS), "byte order mark", document="d1",
          also=frozenset({"A104"})),
]  # fmt: skip


def in_brat(code, name, *lines, tells="") -> Plant:
    return Plant(code, name, in_note(*lines), in_note(), tells, document="d1")


def said(name, says, tells) -> Plant:
    """A mention whose string is another one than stands there."""
    return in_brat("A201", name, mention("T4", "Sign", "Zürn fever", says=says), tells=tells)


GENES = {
    "train.in": "S1 Zorb-1 binds zorbin A and B in mice .\nS2 No vexin here .\n",
    "GENE.eval": "S1|0 5|Zorb-1\nS1|11 17|zorbin A\n",
    "ALTGENE.eval": "S1|11 21|zorbin A and B\n",
}
DOUBLED = {**GENES, "GENE.eval": GENES["GENE.eval"] + "S1|11 21|zorbin A and B\n"}
LOOSE = {**GENES, "ALTGENE.eval": GENES["ALTGENE.eval"] + "S1|22 27|inmice\n"}

MENTIONS = [
    said("white space", "Zürn  fever", "only white space"),
    said("case", "ZÜRN FEVER", "only case"),
    said("Unicode form", "Zu\u0308rn fever", "Unicode form"),
    said("mojibake", "ZÃ¼rn fever", "conversion between encodings"),
    said("entity", "Z&uuml;rn fever", "decoded on one side"),
    said("punctuation", "Zürn-fever", "punctuation"),
    said("leading blank", " Zürn fever", "only white space"),
    in_brat("A201", "squeezed", mention("T4", "Part", "renal and hepatic vein", says="renal vein"), tells="stands in one location"),
    in_brat("A201", "parts joined", "T4\tPart 14 19;32 36\trenalvein", tells="only white space"),
    in_brat("A201", "too short", mention("T4", "Sign", "Zürn fever", by=(0, -4)), tells="ends 4 too early"),
    in_brat("A201", "too late", mention("T4", "Sign", "fever and", says="and"), tells="begins 6 too early"),
    in_brat("A201", "outside", "T4\tSign 9000 9010\tZürn fever", tells="outside the text"),
    in_brat("A203", "empty", "T4\tSign 7 7\t", tells="is empty"),
    in_brat("A204", "blank at its end", mention("T4", "Sign", "Zürn fever "), tells="trim"),
    in_brat("A205", "inside a word", mention("T4", "Sign", "feve")),
    in_brat("A206", "twice", mention("T4", "Drug", "Vexin"), tells="once more"),
    in_brat("A207", "two types", mention("T4", "Chemical", "Vexin"), tells="Drug (T2) and Chemical (T4)"),
    in_brat("A208", "parts out of order", "T4\tPart 32 36;14 19\tvein renal"),
    in_brat("A209", "in pieces", "T4\tSign 50 54;55 60\tZürn fever"),
    in_brat("A211", "crossing", mention("T4", "Sign", "cured Zürn"), mention("T5", "Sign", "Zürn fever"), tells="cross"),
    in_brat("A212", "one id", mention("T3", "Sign", "Zürn fever"), tells="have the id T3"),
    Plant("A210", "alternative counted", DOUBLED, GENES, "alternative is counted", document="S1"),
    Plant("A213", "over the edge", pubs(article("91000001", TITLE, ABSTRACT, [*MARKS, ("delirium. Six", "Disease")])), pubs(PLAIN),
          document="91000001"),
    Plant("A214", "alternative of nothing", LOOSE, GENES, "overlaps no mention", document="S1"),
]  # fmt: skip

PAIR = card(brat.read, tasks={
    "ner": Spans(labels={"Drug": "Drug", "Disease": "Disease"}),
    "re": Relations(labels={"CURES": "cures"}, arguments={"CURES": (("Drug",), ("Disease",))}),
})  # fmt: skip
BIND = card(bionlp_st.read, tasks={
    "ee": Events(labels={"Block": "block", "Rise": "rise"}, roles={"Theme": "theme", "Cause": "cause"}, participants={"Drug": "drug"}),
})  # fmt: skip
CURES = "R1\tCURES Arg1:T2 Arg2:T3"
EVENT = {"e.txt": "Zorbin blocks the rise of vexin.", "e.a1": "T1\tDrug 0 6\tZorbin\nT2\tDrug 26 31\tvexin\n"}
SHEET = "T3\tBlock 7 13\tblocks\nT4\tRise 18 22\trise\nE1\tRise:T4 Theme:T2\nE2\tBlock:T3 Theme:E1 Cause:T1\n"


def related(code, name, *lines, tells="", corpus=None, clean=CURES) -> Plant:
    return Plant(code, name, in_note(*lines), in_note(clean), tells, corpus, document="d1")


def told(code, name, right, wrong, tells, corpus=None) -> Plant:
    """A line of an event, changed."""
    return Plant(
        code,
        name,
        {**EVENT, "e.a2": SHEET.replace(right, wrong)},
        {**EVENT, "e.a2": SHEET},
        tells,
        corpus,
        document="e",
    )


LINKS = [
    related("A301", "relation to nowhere", "R1\tCURES Arg1:T2 Arg2:T9", tells="T9, which is no mention"),
    told("A301", "no trigger", "Block:T3", "Block:T8", "T8, which is no mention"),
    Plant("A302", "concept of nobody", pubs(PLAIN + "91000001\tCID\tX1\tX7\n"), pubs(PLAIN), "X7", document="91000001"),
    related("A303", "with itself", "R1\tCURES Arg1:T2 Arg2:T2", tells="with itself"),
    told("A303", "in a circle", "Rise:T4 Theme:T2", "Rise:T4 Theme:E2", "is an argument of itself"),
    related("A304", "twice", CURES, CURES.replace("R1", "R2"), tells="once more"),
    related("A305", "the wrong way round", "R1\tCURES Arg1:T3 Arg2:T2", tells="wrong way round", corpus=PAIR),
    related("A306", "alone", "*\tEquiv T1", tells="alone", clean="*\tEquiv T1 T2"),
    told("A307", "unknown role", "Cause:T1", "Coz:T1", "'Coz'", BIND),
]

PLANTS = [*OFFSETS, *MENTIONS, *LINKS]
