"""What GPUs can do, by their makers' data sheets: dense 16-bit arithmetic with float32 sums, no sparsity."""

from __future__ import annotations

import re
from typing import NamedTuple

from medinstruct.errors import did_you_mean
from medinstruct.trainer.errors import TrainError


class Device(NamedTuple):
    """A GPU."""

    title: str
    flops: float
    """Operations per second at most."""
    memory: float
    """Bytes."""


DEVICES = {
    "h200": Device("NVIDIA H200 SXM", 989e12, 141e9),
    "h100": Device("NVIDIA H100 SXM", 989e12, 80e9),
    "h100-pcie": Device("NVIDIA H100 PCIe", 756e12, 80e9),
    "a100-80": Device("NVIDIA A100 80 GB", 312e12, 80e9),
    "a100-40": Device("NVIDIA A100 40 GB", 312e12, 40e9),
    "l40s": Device("NVIDIA L40S", 362e12, 48e9),
    "a6000": Device("NVIDIA RTX A6000", 155e12, 48e9),
    "a10g": Device("NVIDIA A10G", 70e12, 24e9),
    "l4": Device("NVIDIA L4", 121e12, 24e9),
    "rtx4090": Device("NVIDIA GeForce RTX 4090", 165e12, 24e9),
    "rtx3090": Device("NVIDIA GeForce RTX 3090", 71e12, 24e9),
    "v100": Device("NVIDIA V100 32 GB", 125e12, 32e9),
    "t4": Device("NVIDIA T4", 65e12, 16e9),
    "mi300x": Device("AMD Instinct MI300X", 1307e12, 192e9),
}
"""By the name that `--gpu` knows."""

KNOWN_AS = {
    "H200": "h200", "H100 PCIe": "h100-pcie", r"H100 \d+GB HBM\d": "h100", "A100-(SXM4|PCIE)-40GB": "a100-40", "A100[- ].*80GB.*": "a100-80",
    "L40S": "l40s", "RTX A6000": "a6000", "A10G": "a10g", "L4": "l4", "RTX 4090": "rtx4090", "RTX 3090": "rtx3090", "V100-SXM2.*": "v100",
    "T4": "t4", "MI300X": "mi300x",
}  # fmt: skip
"""What a driver calls them behind the maker's name: patterns of the whole, as an `H100 NVL` and an `L40` are others."""


def find(name: str) -> Device:
    """Return a device by its name.

    Raises:
        TrainError: naming those there are.
    """
    if name.lower() not in DEVICES:
        raise TrainError(f"no GPU {name!r}", next=did_you_mean(name.lower(), DEVICES))
    return DEVICES[name.lower()]


def here(driver: str) -> Device | None:
    """Return the device that a driver names so; none if it is not in the table."""
    return next((DEVICES[name] for known, name in KNOWN_AS.items() if re.fullmatch(rf"(.* )?{known}", driver)), None)
