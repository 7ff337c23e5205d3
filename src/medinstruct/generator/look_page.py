"""A look at instructions as a page and as a picture; the numbers are those of `look.measure`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from medinstruct import markdown as md
from medinstruct.card import plots
from medinstruct.card.plots import COLOURS, FAINT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZE: Final = (11.0, 8.5)
"""Inches."""
DOTS: Final = 130
BARS: Final = 15
STEPS: Final = tuple(sorted({int(2 ** (n / 2)) for n in range(40)}))
"""Where the bins of lengths begin."""
Json = Mapping[str, Any]


def markdown(looks: Sequence[Json], *, has_picture: bool) -> str:
    """Return the page: a table for each thing that was measured, a column for each set."""
    first, names = looks[0], [md.text(look["name"]) for look in looks]
    parts = [
        f"# {names[0]}: a look\n",
        "![topics, verbs, lengths and nearness to seeds](look.png)\n" if has_picture else "",
        "## Size\n", md.table(("", *names), _size(looks)),
        "\n## Categories\n", md.table(("", *names), _categories(looks)) or "None are named.",
        f"\n## Topics\n\n{_counted(first['topics'], 'topics')}\n", md.table(("topic", "instructions"), _items(first["topics"]["most"])),
        "\n## Verbs and nouns\n\nTold by the form of instructions, without a parser: right of most, not of all.\n",
        md.table(("", *names), _verb_counts(looks)), "", _verb_table(looks),
        "\n## Tokens\n", md.table(("field", "set", "mean", "5 %", "25 %", "median", "75 %", "95 %"), _tokens(looks)),
        "\n## Nearest seed\n\nROUGE-L F of each instruction and the seed nearest to it.\n",
        md.table(("", *names), _near(looks)) or "Not compared.", "", _nearest(first),
        "\n## Benchmarks\n\nInstructions that have 13 words in a row in common with a test part, as far as its pack holds them (one run in eight).\n",
        md.table(("test part", *names), _benchmarks(looks)) or "None was looked up.",
    ]  # fmt: skip
    return "\n".join(parts) + "\n"


def _share(part: float, whole: float) -> str:
    return f"{part / whole:.1%}" if whole else "–"


def _items(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return [(md.text(name), count) for name, count in counts.items()]


def _counted(told: Json, what: str) -> str:
    return f"{told['different']:,} different {what} on {told['named']:,} instructions."


def _size(looks: Sequence[Json]) -> list[tuple[object, ...]]:
    return [
        ("instructions", *(look["instructions"] for look in looks)),
        ("with an input", *(_share(look["with input"], look["instructions"]) for look in looks)),
    ]


def _categories(looks: Sequence[Json]) -> list[tuple[object, ...]]:
    names = list(dict.fromkeys(name for look in looks for name in look["categories"]))
    return [
        (name, *(_share(look["categories"].get(name, 0), sum(look["categories"].values())) for look in looks))
        for name in names
    ]


def _verb_counts(looks: Sequence[Json]) -> list[tuple[object, ...]]:
    told = [look["verbs"] for look in looks]
    return [
        ("different verbs", *(one["different"] for one in told)),
        ("different pairs of verb and noun", *(one["pairs"] for one in told)),
        ("without a verb", *(_share(one["none"], look["instructions"]) for one, look in zip(told, looks))),
    ]


def _verb_table(looks: Sequence[Json]) -> str:
    rows = [
        (md.text(verb), count, *(_share(look["verbs"]["most"].get(verb, 0), look["instructions"]) for look in looks), md.text(", ".join(nouns)))
        for verb, count in looks[0]["verbs"]["most"].items()
        for nouns in [looks[0]["verbs"]["nouns"].get(verb, {})]
    ]  # fmt: skip
    return md.table(("verb", "instructions", *(md.text(look["name"]) for look in looks), "its nouns"), rows)


def _tokens(looks: Sequence[Json]) -> list[tuple[object, ...]]:
    return [
        (field, md.text(look["name"]), f"{spread['mean']:.1f}", *(f"{spread[f'p{q}']:.0f}" for q in (5, 25, 50, 75, 95)))
        for field in looks[0]["tokens"] for look in looks for spread in [look["tokens"][field]]
    ]  # fmt: skip


def _near(looks: Sequence[Json]) -> list[tuple[object, ...]]:
    labels = {"mean": "mean", "p50": "median", "p95": "95 %"}
    if not any(look["nearest seed"] for look in looks):
        return []
    return [
        (label, *(f"{look['nearest seed'][key]:.2f}" if look["nearest seed"] else "–" for look in looks))
        for key, label in labels.items()
    ]


def _nearest(look: Json) -> str:
    rows = [
        (f"{one['rouge_l']:.2f}", md.text(one["seed"]), md.text(one["instruction"][:200]))
        for one in look["nearest seed"].get("nearest", ())
    ]
    return md.table(("ROUGE-L", "seed", "instruction"), rows)


def _benchmarks(looks: Sequence[Json]) -> list[tuple[object, ...]]:
    names = list(dict.fromkeys(name for look in looks for name in look["benchmarks"]))
    return [(md.text(name), *(look["benchmarks"].get(name, "–") for look in looks)) for name in names]


def draw(looks: Sequence[Json]) -> bytes:
    """Return the picture as PNG; nothing where matplotlib is not installed."""
    if not plots.can_draw():
        return b""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with plots.our_settings():
        figure = Figure(figsize=SIZE)
        FigureCanvasAgg(figure)
        figure.set_layout_engine("constrained", w_pad=0.12, h_pad=0.12)
        axes = figure.subplots(2, 2)
        _bars(axes[0, 0], "topics", looks[0]["topics"]["most"])
        pairs = {f"{verb} {noun}": n for verb, nouns in looks[0]["verbs"]["nouns"].items() for noun, n in nouns.items()}
        _bars(axes[0, 1], "verbs and nouns", dict(sorted(pairs.items(), key=lambda item: (-item[1], item[0]))))
        _lines(axes[1, 0], looks)
        _steps(axes[1, 1], looks)
        return plots.png(figure, DOTS)


def _bars(axes: Axes, title: str, counts: Mapping[str, int]) -> None:
    from matplotlib.ticker import MaxNLocator

    shown = list(counts.items())[:BARS]
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.barh(range(len(shown)), [count for _, count in shown], color=COLOURS[0], height=0.74, linewidth=0)
    axes.set_yticks(range(len(shown)), [name[:34] for name, _ in shown])
    axes.set_ylim(max(len(shown), 1) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.set_title(title if shown else f"{title}: none", loc="left")
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)


def _lines(axes: Axes, looks: Sequence[Json]) -> None:
    """Lengths of instruction and output, as shares of each set, on bins that double in two steps; empty ones left out."""
    from matplotlib.ticker import ScalarFormatter

    for n, look in enumerate(looks):
        for field, style in (("instruction", "-"), ("output", "--")):
            bins = {int(low): count for low, count in look["tokens"][field]["bins"].items() if int(low)}
            places = [low for low in STEPS if min(bins, default=0) <= low <= max(bins, default=0)]
            shares = [bins.get(low, 0) / max(sum(bins.values()), 1) for low in places]
            axes.plot(places, shares, style, color=COLOURS[n % len(COLOURS)], label=f"{look['name']}: {field}")
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_formatter(ScalarFormatter())
    axes.set_title("tokens", loc="left")
    axes.set_ylabel("share")
    axes.legend(frameon=False, fontsize=8)


def _steps(axes: Axes, looks: Sequence[Json]) -> None:
    for n, look in enumerate(looks):
        if look["nearest seed"]:
            counts = np.array(look["nearest seed"]["histogram"])
            edges = np.linspace(0, 1, len(counts) + 1)
            axes.stairs(counts / max(counts.sum(), 1), edges, color=COLOURS[n % len(COLOURS)], label=look["name"])
            axes.legend(frameon=False, fontsize=8)
    axes.set_title("ROUGE-L to the nearest seed", loc="left")
    axes.set_ylabel("share")
