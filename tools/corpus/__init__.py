"""The parts of ``crossfade corpus``, one module each."""
