"""What goes from the engine's process to the compare process.

``frames`` are the messages, ``reader`` reads them on the other side, ``process`` starts and stops that side.
"""
