"""The engine's side: ``policy`` decides what may be mirrored, ``feed`` counts requests and sends copies."""
