"""Long lines are broken as google-java-format breaks them."""

from crossfade.codegen.java.layout import call, declaration


def test_a_declaration() -> None:
    """The clause goes to the next line where both do not fit."""
    assert declaration("public interface A", "extends B", " {}") == "public interface A extends B {}"
    long = declaration("public interface A", "extends " + "B" * 90, " {}")
    assert long == "public interface A\n    extends " + "B" * 90 + " {}"


def test_a_call() -> None:
    """The arguments stay, go to the next line together, or each to its own."""
    assert call("f", ("a", "b"), ";", 2) == "  f(a, b);"
    assert call("f" * 60, ("a" * 30, "b" * 20), ";", 2) == f"  {'f' * 60}(\n      {'a' * 30}, {'b' * 20});"
    assert call("f", ("a" * 60, "b" * 60), ";", 2) == f"  f(\n      {'a' * 60},\n      {'b' * 60});"
