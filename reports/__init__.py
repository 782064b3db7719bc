"""One report of a run, and every format as a function of it.

``report`` is the record and ``build`` makes it from evidence, ``clusters`` first and then ``findings``, which
``accepting`` turns into rules; ``claims`` decides verdicts, ``gate`` turns them into an
exit code. ``formats`` finds a format by name: ``terminal``, ``json_document``, ``html``. They share the sentences of
``wording``, the numbers of ``figures``, the short ``route_names`` and texts made ``visible``. ``repro`` writes requests
as command lines, ``run_list`` lists the runs of a store, ``schema`` is the JSON Schema.
"""
