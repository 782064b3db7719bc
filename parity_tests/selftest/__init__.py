"""What a replay would find: faults are put into copies of the candidate's answers, and judged by the present rules.

``faults`` makes the faulty answers of one call, ``trial`` holds each of them against legacy's. ``tester`` does so for
all calls, and says by route what was found and what hid the rest; ``told`` shows that to a person and to a program.
"""
