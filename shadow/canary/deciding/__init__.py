"""What counts of served requests prove, at whatever moment one looks. Pure.

``records`` is what is kept between ticks, ``increments`` what came since the last one, ``arms`` the test of two sides,
``detector`` what finds a fault that begins late, ``share`` whether the weight is what clients get, ``tally`` one route.
"""
