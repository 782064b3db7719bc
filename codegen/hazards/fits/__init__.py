"""Java advice made from the line itself, where the catalogue's example would not fit it."""

from crossfade.codegen.hazards.fits import ends, values  # noqa: F401 - they register their fits
from crossfade.codegen.hazards.fits.registry import advice_at

__all__ = ["advice_at"]
