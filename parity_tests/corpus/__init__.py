"""Recorded traffic kept for replay: sessions of calls, one readable file each, in one folder with its contract.

``records`` are the sessions, ``messages`` cuts their bodies, ``session_text`` is their file, ``folder`` the corpus.
"""
