"""What the card says, in pictures: rows by corpus and task, lengths of texts, what became of everything.

Drawn by matplotlib (extra `plots`) on a white ground, so that they read on a dark page too. The same numbers give the same bytes
under one version of matplotlib, whatever somebody's settings are.
"""

from __future__ import annotations

import importlib.util
import io
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from medinstruct.artefact import KINDS, Build
from medinstruct.card.composition import Composition

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 9.0
"""Inches; at `DOTS` to the inch sharp on the Hub's column."""
DOTS = 140
MOST_BARS = 60
"""Corpora with a bar of their own; the smallest of more share one."""
MOST_REASONS = 9
INK, FAINT, KEPT = "#24292f", "#d0d7de", "#b4c2cd"
COLOURS = (
    "#0072b2",
    "#e69f00",
    "#009e73",
    "#cc79a7",
    "#56b4e9",
    "#d55e00",
    "#8c6bb1",
    "#b8a21a",
    "#7f7f7f",
    "#4d4d4d",
    "#a6761d",
)
"""Told apart by most who are blind to some colours (after Okabe & Ito 2008)."""
TASKS = ("ner", "re", "ee", "dc", "nli", "sts", "qa", "sum", "gen", "ned", "coref")
"""Each has the same colour on every card."""
SETTINGS: dict[Any, Any] = {
    "font.family": "DejaVu Sans", "font.size": 9, "text.color": INK, "axes.labelcolor": INK, "xtick.color": INK, "ytick.color": INK,
    "axes.edgecolor": FAINT, "axes.spines.top": False, "axes.spines.right": False, "text.parse_math": False,
}  # fmt: skip

Json = Mapping[str, Any]


def can_draw() -> bool:
    """Whether matplotlib is installed."""
    return importlib.util.find_spec("matplotlib") is not None


def draw(build: Build, made_of: Composition) -> dict[str, bytes]:
    """Return the pictures of a build as PNG, by their paths beside the card; none where they cannot be drawn or no row is there."""
    if not can_draw() or not made_of.rows:
        return {}
    with our_settings():
        return {
            "plots/composition.png": png(_composition(made_of)),
            "plots/lengths.png": png(_lengths(made_of)),
            "plots/ledger.png": png(_ledger(build.ledger)),
        }


@contextmanager
def our_settings() -> Iterator[None]:
    """Draw in our settings, whatever somebody's are."""
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(SETTINGS)
        yield


def png(figure: Figure, dots: int = DOTS) -> bytes:
    """Return a figure as PNG of so many dots to the inch, with no library's name in it."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=dots, metadata={"Software": None}, facecolor="white")
    return file.getvalue()


def _figure(height: float) -> tuple[Figure, Axes]:
    """A figure and its axes; drawn without pyplot, so that nobody's windows and backends are touched."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, height))
    FigureCanvasAgg(figure)
    figure.set_layout_engine("constrained", w_pad=0.14, h_pad=0.1)
    return figure, figure.subplots()


def _composition(made_of: Composition) -> Figure:
    """A bar for each corpus, the largest on top, cut by task."""
    bars: dict[str, Counter[str]] = {}
    for (corpus, task), (rows, _) in made_of.totals(2, 1).items():
        bars.setdefault(corpus, Counter())[task.split("-")[0]] += rows
    order = sorted(bars, key=lambda corpus: (-bars[corpus].total(), corpus))
    if len(order) > MOST_BARS:
        rest = order[MOST_BARS - 1 :]
        order = [*order[: MOST_BARS - 1], f"{len(rest)} others"]
        bars[order[-1]] = sum((bars[corpus] for corpus in rest), Counter())
    tasks = sorted({task for bar in bars.values() for task in bar}, key=task_order)
    pieces = {task: np.array([bars[corpus][task] for corpus in order]) for task in tasks}
    colours = {task: colour(task) for task in tasks}
    figure, axes = _figure(1.1 + 0.22 * len(order))
    totals = _stack(axes, order, pieces, colours)
    for place, total in enumerate(totals):
        axes.text(total + totals.max() * 0.008, place, f"{total:,}", va="center", fontsize=8)
    axes.set_xlim(0, max(totals.max(), 1) * 1.12)
    axes.set_xlabel("rows")
    axes.xaxis.set_major_formatter(_thousands())
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    figure.legend(loc="outside upper center", ncols=min(len(tasks), 11), frameon=False)
    return figure


def task_order(task: str) -> tuple[int, str]:
    """What tasks are sorted by: those that have a colour of their own first."""
    return (TASKS.index(task) if task in TASKS else len(TASKS)), task


def colour(task: str) -> str:
    """The colour of a task, the same in every picture and on every page."""
    return COLOURS[task_order(task)[0] % len(COLOURS)]


def _stack(axes: Axes, names: list[str], pieces: Mapping[str, Any], colours: Mapping[str, str]) -> Any:
    """Draw a horizontal bar for each name out of pieces, one on top of the other, and return the bars' ends."""
    ends = np.zeros(len(names), dtype=np.int64)
    for label, sizes in pieces.items():
        axes.barh(names, sizes, left=ends, color=colours[label], label=_short(label), height=0.74, linewidth=0)
        ends = ends + sizes
    axes.invert_yaxis()
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.set_yticks(range(len(names)), [_short(name, 34) for name in names])
    axes.set_axisbelow(True)
    return ends


def _lengths(made_of: Composition) -> Figure:
    """Rows by the tokens of their text, in bins that double in two steps; a line for each split."""
    there = {max(length, 1) for counts in made_of.lengths.values() for length in counts}
    first, last = math.floor(math.log2(min(there))), math.floor(math.log2(max(there))) + 1
    edges = np.unique(np.round(2 ** np.arange(first, last + 0.1, 0.5)).astype(np.int64))
    figure, axes = _figure(3.0 + 0.2 * len(made_of.lengths))
    for n, (split, counts) in enumerate(made_of.lengths.items()):
        lengths, rows = np.array(sorted(counts)), np.array([counts[length] for length in sorted(counts)])
        heights, _ = np.histogram(np.clip(lengths, edges[0], edges[-1]), edges, weights=rows)
        middle = int(lengths[np.searchsorted(np.cumsum(rows), rows.sum() / 2)])
        label = f"{split}: {rows.sum():,} rows, half of them up to {middle:,} tokens"
        axes.stairs(heights, edges, color=COLOURS[n], fill=not n, alpha=0.35 if not n else 1, linewidth=1.4)
        axes.stairs(heights, edges, color=COLOURS[n], linewidth=1.4, label=label)
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_formatter(_thousands())
    axes.yaxis.set_major_formatter(_thousands())
    axes.minorticks_off()
    axes.set_ylim(bottom=0)
    axes.set_xlabel("tokens of the text that a row asks about")
    axes.set_ylabel("rows")
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    figure.legend(loc="outside upper center", ncols=1, frameon=False)
    return figure


def _ledger(ledger: Json) -> Figure:
    """For each kind of thing the share that was kept, and of each reason why not."""
    kinds = [kind for kind in KINDS if ledger["totals"][kind]["in"]]
    totals = [ledger["totals"][kind] for kind in kinds]
    dropped = Counter[str]()
    for total in totals:
        for reason, count in total["dropped"].items():
            dropped[reason] += count / total["in"]
    order = sorted(dropped, key=lambda reason: (-dropped[reason], reason))
    named, others = order[:MOST_REASONS], order[MOST_REASONS:]
    pieces = {"kept": [total["kept"] for total in totals]}
    pieces |= {reason: [total["dropped"].get(reason, 0) for total in totals] for reason in named}
    if others:
        said = f"{len(others)} other reasons"
        pieces[said] = [sum(total["dropped"].get(reason, 0) for reason in others) for total in totals]
    colours = {reason: COLOURS[(n - 1) % len(COLOURS)] if n else KEPT for n, reason in enumerate(pieces)}
    names = [f"{kind} ({total['in']:,})" for kind, total in zip(kinds, totals)]
    whole = np.array([total["in"] for total in totals])
    figure, axes = _figure(1.0 + 0.36 * len(kinds) + 0.2 * -(-len(pieces) // 2))
    _stack(axes, names, {label: 100 * np.array(sizes) / whole for label, sizes in pieces.items()}, colours)
    axes.set_xlim(0, 100)
    axes.set_xlabel("%")
    figure.legend(loc="outside lower center", ncols=2, frameon=False, alignment="left")
    return figure


def _thousands() -> Callable[[float, float], str]:
    return lambda value, place: f"{value:,.0f}"


def _short(label: str, most: int = 52) -> str:
    """A label that leaves room for others, and that matplotlib does not hide for beginning with an underscore."""
    plain = " ".join(label.split()).lstrip("_")
    return plain if len(plain) <= most else f"{plain[: most - 1]}…"
