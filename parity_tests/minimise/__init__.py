"""A small corpus out of a large one, which shows every pair of features that the large one shows.

``pairs`` numbers what a session shows, ``cover`` takes the fewest calls that show all of it, each with all calls before
it, ``choosing`` adds past divergences and a random tail, and says why each session was kept; ``told`` puts it in words.
All of that is pure.
"""
