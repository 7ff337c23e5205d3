"""ShARe pipes: disorders with concepts, in several parts; texts without annotations and bad lines are told."""

import pytest

from medinstruct.document import Concept, Document, Mention
from medinstruct.formats import share_pipe
from medinstruct.formats.draft import Broken
from medinstruct.source import File

TEXT = "The zorb is large , the splenule\ninflamed .\n"
LINES = "7.txt||Disease_Disorder||C9000007||24||41\n7.txt||Disease_Disorder||CUI-less||12||17||4||8\n"


def read(lines: str | None = LINES, text: str | None = TEXT) -> list:
    given = [("GOLD/7.txt", lines), ("ALLREPORTS/7.txt", text)]
    return list(share_pipe.read(File(name, data.encode()) for name, data in given if data is not None))


def told(records: list) -> str:
    [record] = records
    assert isinstance(record, Broken)
    return f"{record.place}: {record.reason}"


def test_disorders_are_read():
    concept = Concept(vocabulary="UMLS", id="C9000007")

    assert read() == [
        Document(
            id="7",
            text=TEXT,
            mentions=(
                Mention(
                    id="T1",
                    spans=((24, 41),),
                    text="splenule\ninflamed",
                    types=("Disease_Disorder",),
                    concepts=(concept,),
                ),
                Mention(id="T2", spans=((4, 8), (12, 17)), text="zorb large", types=("Disease_Disorder",)),
            ),
        )
    ]


def test_nothing_to_find_and_not_annotated_are_two_things():
    assert read("") == [Document(id="7", text=TEXT)]
    assert told(read(None)) == (
        "ALLREPORTS/7.txt: is a text without annotations; not annotated is not the same as nothing to find"
    )
    assert told(read(text=None)) == "GOLD/7.txt: has no text"


def test_another_file_of_the_same_name_is_told():
    """The first one is read; the very same one in a second folder is no other."""
    files = [File("a/ALLREPORTS/7.txt", TEXT.encode()), File("GOLD/7.txt", LINES.encode())]

    broken, document = share_pipe.read([*files, File("b/ALLREPORTS/7.txt", b"Another.")])
    [same] = share_pipe.read([*files, File("b/ALLREPORTS/7.txt", TEXT.encode())])

    assert told([broken]) == "b/ALLREPORTS/7.txt: is another file of the same name as a/ALLREPORTS/7.txt"
    assert [document, same] == read() * 2


@pytest.mark.parametrize(
    "line, reason",
    [
        (
            "7.txt||Disease_Disorder||C9000007||24",
            "name, type, concept and pairs of offsets make five columns or more, this line has 4",
        ),
        ("7.txt||Disease_Disorder||C9000007||24||29||31", "name, type, concept and pairs of offsets make five columns"),
        ("7.txt||Disease_Disorder||C9000007||24||end", "invalid literal for int() with base 10: 'end'"),
        ("7.txt||Disease_Disorder||C9000007||24||99", "mention T3 at 24:99 lies outside the text of 44 characters"),
        ("7.txt||Disease_Disorder||C9000007||8||4", "mention T3 at 8:4 lies outside the text"),
    ],
)
def test_a_fault_is_told_with_its_line(line, reason):
    assert told(read(f"{LINES}\n{line}\n")).startswith(f"GOLD/7.txt:4: {reason}")


def test_bytes_of_another_encoding_are_told():
    [broken] = share_pipe.read([File("ALLREPORTS/7.txt", b"\xe9"), File("GOLD/7.txt", b"")])

    assert broken.reason == "bytes b'\\xe9' are not utf-8-sig"
