"""The controller as a pure function: a plan, a state and a reading give the next state and what is to be set.

``records`` is the state, ``table`` what each event does in each phase, ``effects`` does it, ``controller`` decides,
``events`` is what happens next to a route, ``judged`` what rolls it back, ``verbs`` what a person's word means.
"""
