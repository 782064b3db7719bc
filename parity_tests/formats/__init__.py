"""What other tools have recorded, as sessions; and sessions as what other tools read.

``har``, ``flows``, ``binarylog`` and ``gor`` read one format each into ``exchanges``, ``importer`` makes a corpus of
them. ``har_export`` and ``command_lines`` write.
"""
