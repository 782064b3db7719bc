"""One run record, and every format as a function of it.

``run`` is the record and ``build`` makes it from evidence; ``claims`` decides verdicts, ``gate`` turns them into an
exit code. ``terminal`` and ``html`` render with the sentences of ``wording``, the numbers of ``figures``, the short
``names`` of routes and texts made ``visible``; ``runs`` lists what there is. ``repro`` writes requests as command
lines, ``schema`` is the JSON Schema.
"""
