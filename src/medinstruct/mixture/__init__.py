"""The steps of a mixture, one module each, on light columns only: guard, duplicates, draw.

A step never sees a Document or a prompt: it gets arrays with one value per candidate row and says which rows go, and
why. What it says depends on the rows alone, never on the order in which they come.
"""
