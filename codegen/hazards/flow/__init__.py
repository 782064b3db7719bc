"""Where a value of the code comes from and where it goes: into an answer, a status, kept state, a decision."""
