"""What shall happen to each route: the settings and the declared routes as steps, one after the other. Pure.

``records`` is a plan, ``build`` makes it, ``hours`` tells how long each step takes at the present traffic.
"""
