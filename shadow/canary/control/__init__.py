"""The controller as a process: it looks, decides, writes down what it will do, does it, and looks again.

``loop`` is one tick after another, ``carriers`` asks and tells the planes, ``evidence`` and ``webhooks`` look beside
the ticks, ``orders`` are the verbs of people, ``api`` and ``client`` the two ends of the API, ``view`` what it shows.
"""
