"""audit: is a corpus what it says it is, and what of its test part stands in others' train parts."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer

from medinstruct.cli.common import (
    AsJson,
    Data,
    Shelf,
    add_shelves,
    app,
    number_of,
    plain,
    print_json,
    print_table,
    progress,
)

if TYPE_CHECKING:
    from medinstruct.auditor import Report
    from medinstruct.auditor.overlap import Matrix


@app.command()
def audit(
    what: Annotated[list[str] | None, typer.Argument(help="Corpora, or folders, files and archives of a known format.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Compare test parts with train parts, of all corpora or those named.")] = False,
    format: Annotated[str, typer.Option("--format", help="Of the files, where it cannot be told from them (medinstruct ls formats).")] = "",
    hints: Annotated[bool, typer.Option("--hints", help="Tell what is likely and not sure, too.")] = False,
    samples: Annotated[bool, typer.Option("--samples", help="Look at the bundled samples.")] = False,
    checks: Annotated[bool, typer.Option("--checks", help="Print the table of checks.")] = False,
    most: Annotated[int, typer.Option("--most", min=0, help="Findings of one code that are shown; 0 for all.")] = 5,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes of --all.")] = 2,
    shelf: Shelf = None, data: Data = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Tell what is wrong with a corpus, as it is published: every annotation checked, with the cause where it is certain.

    Exit code 1 says that there is an error or a warning that no repair of ours mends.
    """
    add_shelves(shelf)
    from medinstruct import auditor as room

    if checks:
        rows = [
            {"code": each.code, "severity": each.severity, "looks at": each.scope, "title": each.title}
            for each in room.checks()
        ]
        print_json(rows) if as_json else print_table(rows)
    elif all_:
        from medinstruct.auditor import overlap

        with progress() as tell:
            found = overlap.matrix(data, ids=what or (), workers=workers, samples=samples, tell=tell)
        print_json(found.as_json()) if as_json else _print_matrix(found)
    elif not what:
        raise typer.BadParameter("name a corpus or a folder, or give --all")
    else:
        reports = [room.audit(name, data=data, samples=samples, format=format, hints=hints) for name in what]
        if as_json:
            print_json([report.as_json() for report in reports] if len(reports) > 1 else reports[0].as_json())
        else:
            for report in reports:
                _print_report(report, most)
        if any(report.failed for report in reports):
            raise typer.Exit(1)


def _print_report(report: Report, most: int) -> None:
    """The findings by code, some of each, and always the line that says how many mentions quote their text."""
    from medinstruct import auditor as room

    titles = {check.code: check.title for check in room.checks()}
    for code, group in groupby(report.findings, key=lambda finding: finding.code):
        found = list(group)
        typer.echo(f"{code} {titles[code]} ({len(found):,}):")
        for finding in found[: most or None]:
            typer.echo(f"  {plain(finding)}")
        if most and len(found) > most:
            typer.echo(f"  … and {len(found) - most:,} more (--most 0, or --json)")
    by_severity = ", ".join(number_of(count, name) for name, count in report.by_severity.items() if count) or "nothing"
    typer.echo(f"{report.summary}; found: {by_severity}")


def _print_matrix(found: Matrix) -> None:
    rows = [
        {"test of": each.test, "documents": each.documents, "in train of": each.train, "pmid": each.pmid, "id": each.id,
         "text": each.text, "sentence": each.sentence, "any": each.any}
        for each in found.overlaps
    ]  # fmt: skip
    print_table(rows)
    typer.echo(
        f"{len(found.tests)} test parts against {len(found.trains)} train parts; not here: {' '.join(found.missing) or 'none'}"
    )
    if found.broken:
        typer.echo(
            f"records that could not be read: {', '.join(f'{id} {number:,}' for id, number in found.broken.items())}"
        )
