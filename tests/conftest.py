"""What all tests share."""

from hypothesis import settings

# examples are not timed: the machine may be busy with other things
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
