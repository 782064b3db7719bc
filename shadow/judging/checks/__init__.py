"""What is still checked of values that differ from one answer of legacy to the next. Pure, with bounded memory.

Each check is a trial of two sides that have the same chance to fail it while they are the same implementation, given
all that came before: what is tested, and in which requests, is decided by earlier requests and by what does not change
when the two sides change places. So the counts of trials that one side alone fails are fair coins as long as nothing is
wrong, at every moment, and whoever reads them may bet on each.

``values`` says what values look like and how far they are apart, ``place`` checks one place, ``relations`` the times of
one answer, ``route`` all of a route.
"""
