"""The dictionaries of BioC, as its JSON has them; BioC XML is turned into the same. What they say is told in `bioc`."""

from __future__ import annotations

from typing import Annotated, Any, Required

from pydantic import Field
from typing_extensions import TypedDict  # Pydantic takes that of `typing` from Python 3.12 on

Name = Annotated[str, Field(coerce_numbers_to_str=True)]


class Location(TypedDict, total=False):
    offset: int | str
    length: int | str


class Node(TypedDict, total=False):
    refid: Name
    role: str


class Annotation(TypedDict, total=False):
    id: Name
    infons: dict[str, Any]
    text: str | None
    locations: list[Location]


class Link(TypedDict, total=False):
    """A relation as BioC has it."""

    id: Name
    infons: dict[str, Any]
    nodes: list[Node]


class Part(TypedDict, total=False):
    """A passage or a sentence."""

    offset: int | str
    infons: dict[str, Any]
    text: str | None
    annotations: list[Annotation]
    relations: list[Link]
    sentences: list[Part]


class Plain(TypedDict, total=False):
    """A document of a collection, as JSON has it; XML is turned into the same."""

    id: Required[Name]
    infons: dict[str, Any]
    passages: Required[list[Part]]
    annotations: list[Annotation]
    relations: list[Link]
