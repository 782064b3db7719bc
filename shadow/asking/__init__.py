"""The compare process: joins what the engine sent, and contacts the other sides once.

``worker`` reads the pipe, and ``collector`` takes each frame to its ``pending`` request, whose ``lifecycle`` is a table
of states. Each of the ``comparisons`` is a task: ``asker`` sends the request in legacy's ``order``, as ``admission``
lets it; ``comparer`` waits for the answers and has them judged. ``suspects`` may yet show that a value is legacy's own.
``call`` and ``calls`` are requests on their way to the ``sides``, by way of ``clients``; ``streams``
compares streamed answers as they come.

``exchange`` is for those without an engine: ``exchange_with`` contacts all sides with one request.
"""
