"""The commands of ``crossfade canary``, and what they share."""
