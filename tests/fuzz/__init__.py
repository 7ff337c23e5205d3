"""Fuzzing: every reader is fed mutated files and may do nothing but read, or say in medinstruct's own words why not.

    python -m tests.fuzz --minutes 60 --data ../shared/corpora --out /tmp/fuzz      all formats, an hour in total
    python -m tests.fuzz --minutes 2 --only pubtator,brat                           these alone, on the bundled samples
    python -m tests.fuzz --replay pubtator:1234 --data ../shared/corpora            one input again

`seeds` chooses small pieces of real files and the bundled samples, `mutate` spoils them, `survive` reads them within a
limit of time and memory and makes what is found small. An input is named by its format, its number and the seed, and
is the same every time. What is found is written to `--out`, which must stand outside the repository: it holds
pieces of real corpora. The kind of each goes into `tests/formats/test_mutations.py` with invented text.
"""
