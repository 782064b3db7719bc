"""What is known before any traffic: ``contract`` reads protos, ``pitfalls`` is the catalogue of Python and Java."""
