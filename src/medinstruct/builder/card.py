"""The card of an artefact: README.md, whose head tells the Hub and `datasets` what is where."""

from __future__ import annotations

from typing import Any

import yaml

from medinstruct import license

SIZES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
)


def write(manifest: dict[str, Any], ledger: dict[str, Any]) -> str:
    """Return the card of a build from its manifest and ledger."""
    return (
        f"---\n{yaml.safe_dump(_head(manifest), sort_keys=False, allow_unicode=True)}---\n\n"
        + "\n\n".join(section for section in _sections(manifest, ledger) if section)
        + "\n"
    )


def _head(manifest: dict[str, Any]) -> dict[str, Any]:
    rows = sum(manifest["rows"].values())
    size = next((name for limit, name in SIZES if rows < limit), "10M<n<100M")
    return {
        "pretty_name": manifest["title"],
        "language": sorted({language for corpus in manifest["corpora"].values() for language in corpus["languages"]}),
        "license": "other",
        "size_categories": [size],
        "tags": ["medical", "biology", "instruction-tuning", "medinstruct"],
        "configs": [{
            "config_name": "default",
            "data_files": [{"split": split, "path": f"data/{split}-*.parquet"} for split in manifest["rows"]],
        }],
    }  # fmt: skip


def _sections(manifest: dict[str, Any], ledger: dict[str, Any]) -> list[str]:
    obligations = license.together({corpus["license"] for corpus in manifest["corpora"].values()})
    return [
        f"# {manifest['title']}",
        "**These rows come from the samples that are bundled with medinstruct: invented text, for trying things out. They are "
        "not the corpora whose names they bear, and not for training or scoring.**" if manifest["samples"] else "",
        manifest["about"].strip(),
        f"Built by medinstruct {manifest['medinstruct']} from the recipe `{manifest['recipe']}` (seed {manifest['seed']}). "
        f"Content digest `{manifest['digest']}`.",
        "## What is in it",
        _table(("split", "rows"), [(split, f"{rows:,}") for split, rows in manifest["rows"].items()]),
        _table(("split", "task", "corpus", "rows", "of"),
               [(e["split"], e["task"], e["corpus"], f"{e['kept']:,}", f"{e['in']:,}") for e in ledger["examples"]]),
        "## What was left out",
        _table(("of the examples", "why"), [(f"{count:,}", reason) for reason, count in ledger["totals"]["examples"]["dropped"].items()]),
        "Corpora or parts that were not found:\n\n" + "\n".join(f"- `{name}`: {how}" for name, how in manifest["missing"].items())
        if manifest["missing"] else "",
        "Not kept out, as these parts of the benchmarks were not here either:\n\n"
        + "\n".join(f"- {name}: {', '.join(guard['missing'])}" for name, guard in unguarded.items())
        if (unguarded := {n: g for n, g in manifest.get("guard", {}).items() if g["missing"]})
        else "",
        "Parts that hold more or fewer records than their corpus is known to have:\n\n"
        + "\n".join(f"- {line}" for line in manifest["unexpected"])
        if manifest.get("unexpected")
        else "",
        "## Corpora",
        _table(("corpus", "license", "stated by", "citation"),
               [(f"[{c['title']}]({c['homepage']})", c["license"], c["stated"], c["citation"]) for c in manifest["corpora"].values()]),
        "Whoever uses these rows is under the obligations of all of them together: " + (", ".join(sorted(obligations)) or "none") + ".",
        "## Again",
        f"```sh\nmedinstruct build {manifest['recipe']} --data DIR\n```\n\nThe recipe, the hashes of all source files, templates and shards "
        "stand in `manifest.json`; what became of every document and annotation in `ledger.json`.",
    ]  # fmt: skip


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    if not rows:
        return ""
    cells = [" | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) for row in rows]
    return "\n".join([f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *(f"| {row} |" for row in cells)])
