"""The command line and the wiring: the only room that prints, and the only one that knows all the others.

``cli`` gathers ``commands``; ``shadow_run`` joins engine and compare process; ``demo`` runs the example end to end.
"""
