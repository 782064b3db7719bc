"""Bindings at the level of a corpus: which places of requests hold values that answers gave before.

``traces`` reads what sessions show, ``kinds`` gathers places of answers that hold the same ids, ``mine`` finds the
edges from them to places of requests, ``bindings_file`` is what a person reviews, ``review`` compares the two,
``symbols`` names the handles of a session. All but the file's own reading and writing is pure.
"""
