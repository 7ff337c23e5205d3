"""Folders of classes: the folder is the label."""

import pytest

from medinstruct.document import Document
from medinstruct.formats import class_folders
from medinstruct.formats.draft import Broken
from medinstruct.source import File


def read(name: str, data: bytes, **options) -> list:
    return list(class_folders.read([File(name, data)], **options))


def test_a_file_is_a_document_with_the_label_of_its_folder():
    assert read("training/C04/0000011", "Zörb.\n".encode()) == [Document(id="0000011", text="Zörb.\n", labels=("C04",))]


def test_what_of_it_is_text_and_what_its_name_means_can_be_told():
    [document] = read("C04/7012.txt", b"Zorb. ", text=str.strip, identity=lambda name: f"pmid:{name.partition('.')[0]}")

    assert (document.text, document.identities) == ("Zorb.", ("pmid:7012",))


@pytest.mark.parametrize(
    ("name", "data", "told"), [("0000011", b"Zorb.", "lies in no folder"), ("C04/1", b"\xff", "are not utf-8-sig")]
)
def test_what_is_wrong_is_told(name, data, told):
    [broken] = read(name, data)

    assert isinstance(broken, Broken)
    assert told in broken.reason
