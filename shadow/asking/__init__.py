"""The compare process: joins what the engine sent, and contacts the other sides.

``worker`` reads the pipe, and ``collector`` takes each frame to its ``pending`` request, whose ``lifecycle`` is a table
of states. Each of the ``comparisons`` is a task: ``asker`` sends the request in the ``order`` in which clients were
answered, as ``admission`` lets it; ``comparer`` waits for the answers and has them judged. ``roles`` tell whose answer
the client got, and who is asked. ``suspects`` may yet show what the sides call a value. ``second_look`` asks once more
where answers differ, while ``rechecks`` has a share left; ``races`` knows which reads overlapped a write. What the
candidate alone wrote is ``written`` down, and ``cross_reads`` read it in the ways of ``read_back``. ``means`` is what
all of them share. ``call`` and ``calls`` are requests on their way to the ``sides``, by way of ``clients``; ``streams``
compares streamed answers as they come.

``exchange`` is for those without an engine: ``exchange_with`` contacts all sides with one request.
"""
