"""BigBIO's own corpora: what its checkout says of them, where their rows are, and how one becomes a corpus on a shelf.

    catalogue   the facts of every loader of a checkout, read from its source; nothing of it is run
    terms       what BigBIO says of license and language, in our words
    origin      where rows are: Parquet or JSON Lines in a folder, a repository on the Hub, a loader that is run
    loader      runs a loader of a checkout, in a process of its own, for those who ask for it
    local       rows and facts → a module and its data on the user's shelf

A folder is no corpus: this one is not in the registry of `medinstruct.corpora`.
"""
