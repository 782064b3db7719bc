"""Recorded traffic kept for replay: sessions of calls, one readable file each, in one folder with its contract.

``records`` are the sessions, ``messages`` cuts their bodies, ``session_text`` (with
``readable``) is their file, ``folder`` the corpus, ``contents`` what is in it, ``split`` its halves.
"""
