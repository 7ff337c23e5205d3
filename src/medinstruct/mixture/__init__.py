"""The steps of a mixture, one module each: guard, duplicates, draw.

    on records, in the workers    guard · signature · search · pack     what a text has in common with test parts
    on light columns              components · duplicates · near · draw   which rows belong together, go, come first

A step on light columns gets arrays with one value per candidate row and says which rows go, and why. What it says depends
on the rows alone, never on the order in which they come.
"""
