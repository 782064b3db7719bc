"""The controller as a process: it looks, decides, writes down what it will do, does it, and looks again.

``loop`` is one tick after another, ``reading`` what a tick sees, ``acting`` what it does to the planes.
"""
