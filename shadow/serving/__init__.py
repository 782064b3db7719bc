"""Who answers a client: the weight of each route, and which clients are within it. Pure.

``weights`` is what a controller sets and a data plane reads back, ``lease`` ends those whose controller is silent,
``assignment`` is the decision for one request, ``counts`` what was served, by route and side, and ``carrier`` the seam
to what has them in a process.
"""
