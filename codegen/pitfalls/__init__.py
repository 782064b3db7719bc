"""The catalogue of ways in which Python and Java come to answer differently, as data: one TOML file per group."""

from crossfade.codegen.pitfalls.catalogue import Pitfall, all_pitfalls, find_pitfall

__all__ = ["Pitfall", "all_pitfalls", "find_pitfall"]
