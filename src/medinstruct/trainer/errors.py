"""What is wrong with a training that was asked for."""

from __future__ import annotations

from medinstruct.errors import MedinstructError


class TrainError(MedinstructError):
    """A model cannot be trained: the config, the model, its chat template or the rows do not allow it."""
