"""What to write in Java, made of the line itself, where the catalogue's own example would be of another line."""

from crossfade.codegen.hazards.fits import ends, values  # noqa: F401 - they register their fits
from crossfade.codegen.hazards.fits.registry import advice_at

__all__ = ["advice_at"]
