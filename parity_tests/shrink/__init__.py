"""From a recorded failure to the smallest session and the smallest messages that still fail in the same way.

Reducers are generators: they yield what to try, are told whether it fails in the same way, and return the smallest that
did. ``subsets`` drops items, ``trees`` drops parts of a message and ``scalars`` makes its values plainer. ``calls``
takes calls out of a session, by the ``links`` between them; ``requests`` takes a call apart, by ``json_tree`` and
``wire_tree``. All of that is pure. ``shrinking`` plays what they yield, within a budget.
"""
