"""Handles: values that one side minted and a client sends back. Each side has its own; they are mapped. Pure.

``Bindings`` learns them from answers, renders a request for a side, and maps a side's answers back to legacy's values
before they are compared. Live comparisons, ingested pairs and replay all use it.
"""
