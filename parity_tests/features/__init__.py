"""What a call exercises: which classes of values stood at which places, on which route. Pure.

``records`` is one such feature; ``scalars`` names the class of a value, ``values`` and ``messages`` go down JSON and
protos, ``calls`` reads a call and ``sessions`` what follows what; ``lexicon`` sees all calls of a corpus and knows what
is absent.
"""
