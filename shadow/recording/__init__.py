"""Raw comparisons on disk, redacted: what a run can be compared again from.

``bodies`` (with ``cells``) and ``wire`` replace values inside bodies and leave all else as it is, ``fields`` does so in
header fields and targets, ``redaction`` in whole comparisons; ``noticing`` finds the credentials in what passes;
``lines`` is the format, ``writer`` and ``reader`` are the files.
"""
