"""What is wrong with an ablation that was asked for."""

from __future__ import annotations

from medinstruct.errors import MedinstructError


class AblationError(MedinstructError):
    """An ablation would say nothing: a member trains on what is tested, or something else was asked in that folder."""
