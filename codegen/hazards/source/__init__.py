"""Python source as it lies in a folder: ``files`` reads it, ``project`` knows its modules, functions and classes."""
