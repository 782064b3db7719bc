"""Who answers a client: the weight of each route, and which clients are within it. Pure.

``weights`` is what a controller sets and a data plane reads back, ``assignment`` the decision for one request,
``counts`` what was served, by route and side.
"""
