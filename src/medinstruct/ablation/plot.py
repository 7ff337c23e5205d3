"""The plot of an ablation: the mean of every member with its interval.

By number of tasks or corpora: numbers along, choices as points, a line through the means of each number. By category or composition: a
bar for each member. The model as it was is a broken line.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BLUE, ORANGE, GREY = "#0072b2", "#e69f00", "#6e7781"
Row = Mapping[str, Any]


def draw(found: Mapping[str, Any]) -> bytes:
    """Return the plot of a table as PNG; the same numbers give the same bytes under one version of matplotlib."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    scored = [row for row in found["members"] if "failed" not in row]
    members, bases = [row for row in scored if row["of"]], [row for row in scored if not row["of"]]
    is_counted = found["over"] in ("tasks", "corpora")
    with rc_context({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "text.parse_math": False}):
        figure = Figure(figsize=(7, 4 if is_counted else 1.6 + 0.32 * len(members)), dpi=140, layout="constrained")
        axes = figure.subplots()
        (_by_number if is_counted else _by_name)(axes, members, found["over"])
        for row in bases:
            (axes.axhline if is_counted else axes.axvline)(
                row["score"], color=GREY, linestyle="--", linewidth=1, label=row["member"]
            )
        if axes.get_legend_handles_labels()[0]:
            figure.legend(loc="outside upper right", frameon=False)
        page = io.BytesIO()
        figure.savefig(page, format="png", metadata={"Software": None})
    return page.getvalue()


def _by_number(axes: Axes, members: Sequence[Row], over: str) -> None:
    groups: dict[int, list[Row]] = defaultdict(list)
    for row in members:
        groups[len(row["of"])].append(row)
    for number, rows in groups.items():
        for place, row in enumerate(rows):  # choices of one number side by side
            at = number * (1 + 0.03 * (place - (len(rows) - 1) / 2))
            axes.errorbar([at], [row["score"]], yerr=_reach([row]), fmt="o", color=BLUE, capsize=2, markersize=4)
    numbers = sorted(groups)
    means = [fmean(row["score"] for row in groups[number]) for number in numbers]
    axes.plot(numbers, means, color=ORANGE, zorder=0, label="mean of choices")
    axes.set_xscale("log", base=2)
    axes.set_xticks(numbers, [str(number) for number in numbers])
    axes.minorticks_off()
    axes.set(xlabel=f"number of {over}, rows alike", ylabel="zero-shot mean, 95 %")


def _by_name(axes: Axes, members: Sequence[Row], over: str) -> None:
    places = list(range(len(members)))[::-1]
    axes.barh(places, [row["score"] for row in members], xerr=_reach(members), color=BLUE, ecolor="black", capsize=2)
    axes.set_yticks(places, [row["member"].removeprefix(f"{over}-") for row in members])
    axes.set(xlabel="zero-shot mean, 95 %")


def _reach(rows: Sequence[Row]) -> list[list[float]]:
    """How far intervals reach below and above the score; a score may lie outside what was drawn."""
    below = [max(row["score"] - row["low"], 0.0) for row in rows]
    return [below, [max(row["high"] - row["score"], 0.0) for row in rows]]
