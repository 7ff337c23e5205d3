"""Scores of rows by the rows alone: no recipe, no corpus, no template is needed.

row.py          a row and what a model says to it, as a case; `reward`
resampling.py   how sure a score is, and whether two runs differ
ceiling.py      what the gold itself scores in each answer format
"""

from medinstruct.scorer.ceiling import Ceiling, ceiling
from medinstruct.scorer.resampling import Difference, Interval, between, compare, draws, interval
from medinstruct.scorer.row import Asked, asked, reward, rewards, scorer

__all__ = ["Asked", "Ceiling", "Difference", "Interval", "asked", "between", "ceiling", "compare", "draws", "interval", "reward",
           "rewards", "scorer"]  # fmt: skip
