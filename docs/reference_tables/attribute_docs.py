"""The texts below the fields of a class: Python keeps them in the source alone."""

import ast
import inspect
from functools import cache
from types import ModuleType


@cache
def attribute_docs(module: ModuleType) -> dict[tuple[str, str], str]:
    """The text below each annotated field, by class and field, on one line."""
    found = {}
    for cls in ast.walk(ast.parse(inspect.getsource(module))):
        if not isinstance(cls, ast.ClassDef):
            continue
        for field, below in zip(cls.body, cls.body[1:], strict=False):
            match field, below:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                    found[cls.name, name] = " ".join(text.split())
    return found
