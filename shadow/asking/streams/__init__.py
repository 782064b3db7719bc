"""Requests and answers that are streams.

``live_body`` is a request that is still coming, ``given_stream`` legacy's answer as it comes. ``follower`` holds its
messages against those of each ``side``, and ``heavy`` has those compared apart that take long.
"""
