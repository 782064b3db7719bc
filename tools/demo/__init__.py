"""The main job on a real pair: build, start, mirror real traffic, report, and check what was found.

``build`` makes the candidate, ``servers`` starts processes and ``pair`` those of the example, ``expected`` compares
what was found with what was planted, ``run`` is the whole.
"""
