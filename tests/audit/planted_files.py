"""Faults of files as they lie there."""

from plants import NOTE, OTHER, PLAIN, ZORBIN, Plant, brat_files, in_note, lines_of, pubs

TOKENS = "Zorbin\tB-Drug\ncures\tO\nthe\tO\nZürn\tB-Sign\nfever\tI-Sign\n\nVexin\tB-Drug\ncures\tO\nague\tB-Sign\n"
XML = (
    "<collection><source>z</source><date/><key/><document><id>9</id><passage><infon key='type'>title</infon>"
    "<offset>0</offset><text>Zorbin.</text></passage></document></collection>\n"
)
QUOTED, BARE = 'id\ttext\n1\t"says ""zorb"" here"\n2\t"more text"\n', 'id\ttext\n3\ta 5" tube\n4\tmore of it\n'
KEYS = [{"id": str(n), "text": f"Text {n} of the zorb corpus is long enough.", "extra": 1} for n in range(4)]
CURES = "R1\tCURES Arg1:T2 Arg2:T3"
PLACED = brat_files(NOTE, [ZORBIN])


def beside(**more):
    """A train file whose rows have a key `extra`, and a test file of one row."""
    return {
        "train.jsonl": lines_of(KEYS),
        "test.jsonl": lines_of([{"id": "t", "text": "Another text of the zorb corpus.", **more}]),
    }


PLANTS = [
    Plant("A101", "a line of four columns", pubs(PLAIN + "91000001\tCID\tX1\n"), pubs(PLAIN), "columns", document="91000001"),
    Plant("A102", "Latin-1", brat_files(NOTE, [ZORBIN], encoding="latin-1"), PLACED, "Latin-1", also=frozenset({"A101"})),
    Plant("A103", "lost characters", brat_files(NOTE.replace("ü", "\ufffd"), [ZORBIN]), PLACED, "U+FFFD"),
    Plant("A104", "byte order mark", {"a.pubtator": "\ufeff" + PLAIN}, {"a.pubtator": PLAIN}),
    Plant("A105", "zero width", brat_files(NOTE.replace("12 mice", "12\u200b mice"), [ZORBIN]), PLACED, "ZERO WIDTH SPACE"),
    Plant("A106", "two line ends", pubs(PLAIN.replace("\n", "\r\n"), OTHER), pubs(PLAIN, OTHER), "in LF"),
    Plant("A107", "cut off", {"a.xml": XML[:-40]}, {"a.xml": XML}, "cut off", also=frozenset({"A101"})),
    Plant("A108", "IO tags", {"a.conll": TOKENS.replace("B-", "I-")}, {"a.conll": TOKENS}, "IO, not BIO"),
    Plant("A109", "trailing tab", in_note(CURES + "\t"), in_note(CURES), "1 lines"),
    Plant("A110", "a key less", beside(), beside(extra=2), "'extra'"),
    Plant("A110", "another type", beside(extra="2"), beside(extra=2), "is str here"),
    Plant("A111", "two dialects", {"train.tsv": QUOTED, "test.tsv": BARE}, {"train.tsv": QUOTED.replace('"', ""), "test.tsv": BARE}),
    Plant("A112", "nothing began", {"a.conll": TOKENS.replace("ague\tB-Sign", "ague\tI-Sign")}, {"a.conll": TOKENS}, "goes on",
          also=frozenset({"A101"})),
]  # fmt: skip
