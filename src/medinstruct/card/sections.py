"""What the card says to people of a build: what is in it, whose it is, how to make it again, how to cite it."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from medinstruct.card import bibtex
from medinstruct.card.composition import Composition
from medinstruct.card.head import Release
from medinstruct.license import TERMS, Verdict
from medinstruct.markdown import bullets, cited, code, fold, link, prose, table, text

Json = Mapping[str, Any]


def joined(*parts: str) -> str:
    """Return those parts that say something, each a paragraph."""
    return "\n\n".join(part for part in parts if part)


def picture(path: str, says: str, plots: Collection[str]) -> str:
    """Return a picture, if it is there."""
    return f"![{says}]({path})" if path in plots else ""


def title(manifest: Json, release: Release | None) -> str:
    """What this is, and what built it."""
    built = (
        f"Built by medinstruct {text(manifest['medinstruct'])} from the recipe {text(manifest['recipe'])} (seed {text(manifest['seed'])}). "
        f"Content digest `{text(manifest['digest'])}`."
    )
    return joined(
        f"# {text(manifest['title'])}",
        "**These rows come from the samples that are bundled with medinstruct: invented text, for trying things out. They are "
        "not the corpora whose names they bear, and not for training or scoring.**" if manifest["samples"] else "",
        prose(manifest["about"]),
        f"{built} Version {release.version} of {link(release.name, release.address)}." if release else built,
        code(f'from datasets import load_dataset\n\nrows = load_dataset("{release.name}", revision="{release.version}")', "python")
        if release else "",
        "Each row has `messages`, ready for a trainer, its `gold` answer, the `corpus`, `license`, `document` and `template` that it comes "
        "from, and an `id` that stays the same from version to version.",
    )  # fmt: skip


def contents(made_of: Composition, ledger: Json, plots: Collection[str]) -> str:
    """Rows and tokens by split, by task, and by all of split, task and corpus."""
    of = Counter[tuple[str, str, str]]()
    for entry in ledger["examples"]:
        of[entry["split"], entry["task"].split("-")[0], entry["corpus"]] += entry["in"]
    splits, whole = made_of.totals(0), sum(made_of.rows.values())
    return joined(
        "## What is in it",
        table(("split", "rows", "tokens"), [(text(split), *numbers) for (split,), numbers in splits.items()]),
        table(("task", "rows", "share", "tokens"),
              [(text(task), rows, share(rows, whole), tokens) for (task,), (rows, tokens) in made_of.totals(1).items()]),
        picture("plots/composition.png", "Rows by corpus, coloured by task", plots),
        table(("split", "task", "corpus", "rows", "share of the split", "tokens", "candidates"), [
            (text(split), text(task), text(corpus), rows, share(rows, splits[split,][0]), tokens, of.get((split, task, corpus), ""))
            for (split, task, corpus), (rows, tokens) in made_of.totals(0, 1, 2).items()
        ]),
        "Tokens are those of the texts that rows ask about, as the recipe's tokenizer counts them; wordings and answers come on top.",
        picture("plots/lengths.png", "Rows by the tokens of their text", plots),
    )  # fmt: skip


def corpora(manifest: Json, made_of: Composition) -> str:
    """Whose works the rows are adapted from."""
    rows = {corpus: count for (corpus,), (count, _) in made_of.totals(2).items()}
    return joined("## Corpora", table(("corpus", "rows", "version", "license", "stated by", "citation"), [
        (f"{link(each['title'], each.get('homepage', ''))} ({text(id)})", rows.get(id, 0), text(each["version"]), _terms(each["license"]),
         text(each.get("stated", "")), cited(each.get("citation", "")))
        for id, each in sorted(manifest["corpora"].items())
    ]))  # fmt: skip


def _terms(id: str) -> str:
    return link(id, TERMS[id].text) if id in TERMS else text(id)


def license(manifest: Json, verdict: Verdict) -> str:
    """Under which license the whole can stand, and why under no freer one."""
    if verdict.license and verdict.license != "other":
        said = f"The whole can carry {_terms(verdict.license)}, as every part allows its adaptations to be given it."
    elif verdict.license:
        said = "No standard license says what all parts ask for together; each row is under the terms of its part."
    elif verdict.collection:
        said = "No license fits the whole. Rows stand side by side, each under the one that it names in `license`."
    else:
        said = "**No license fits the whole, and not all of it may be handed on.**"
    return joined(
        "## License",
        said,
        bullets([_with_parts(manifest, why) for why in verdict.because if verdict.license]),
        bullets([_with_parts(manifest, conflict.why) for conflict in verdict.conflicts]),
        f"Whoever uses these rows is under the obligations of all parts together: {', '.join(verdict.obligations) or 'none'}. "
        "This was computed from what the parts state, and is no legal advice.",
    )


def _with_parts(manifest: Json, why: str) -> str:
    """A reason, and the corpora under the license with which it begins."""
    parts = [id for id, corpus in sorted(manifest["corpora"].items()) if corpus["license"] == why.split()[0]]
    return text(f"{why} ({', '.join(parts)})" if parts else why)


def rebuild(manifest: Json) -> str:
    """The commands that make the same rows from the same sources."""
    recipe = str(manifest["recipe"])
    install = shlex.join(["pip", "install", f"medinstruct=={manifest['medinstruct']}"])
    return joined(
        "## Build it again",
        code(f"{install}\n{command(manifest)}", "sh"),
        "`DIR` holds a folder for each corpus. The text of the recipe stands in `manifest.json` under `recipe_text`: where your shelf has no "
        f"recipe {text(recipe)}, or another one of that name, save it as a `.yaml` file and give its path. The hashes of all source files, "
        "templates and shards stand there too; what became of every document and annotation, in `ledger.json`.",
    )


def command(manifest: Json) -> str:
    """Return the command that built it, with all that decides what the rows are."""
    size, shots = manifest.get("size", "all"), manifest.get("shots", {}).get("asked")
    size = f"{size['tokens']}-tokens" if isinstance(size, Mapping) else size
    source = ["--samples"] if manifest["samples"] else ["--data", "DIR", "--size", str(size)]  # samples have no size
    words = ["medinstruct", "build", str(manifest["recipe"]), *source]
    words += ["--shots", str(shots)] if shots is not None else []
    words += ["--as-published"] if manifest.get("as_published") else []
    return shlex.join(words)


def cite(manifest: Json, release: Release | None) -> str:
    """BibTeX of the whole and of every part."""
    whole = {
        "title": f"{{{bibtex.escaped(manifest['title'])}}}",
        "version": release.version if release else "",
        "url": release.address if release else "",
        "note": f"Built by medinstruct {bibtex.escaped(manifest['medinstruct'])}, content digest {bibtex.escaped(manifest['digest'])}",
    }
    entries = [(str(manifest["recipe"]), {name: value for name, value in whole.items() if value})]
    entries += [(id, bibtex.of_corpus(corpus)) for id, corpus in sorted(manifest["corpora"].items())]
    return joined(
        "## How to cite",
        "Cite the parts whose rows you use: their authors did the work.",
        fold(f"BibTeX of the whole and its {len(entries) - 1:,} parts", code(bibtex.bibliography(entries), "bibtex")),
    )


def share(part: int, whole: int) -> str:
    """Return a share as people write it: `12.5 %`."""
    return f"{100 * part / whole:.1f} %" if whole else ""
