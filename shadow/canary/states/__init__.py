"""The controller as a pure function: a plan, a state and a reading give the next state and what is to be set.

``records`` is the state, ``table`` what each event does in each phase, ``controller`` decides, ``route`` takes one
route through its steps, ``judged`` is what rolls it back.
"""
