"""Long lines are broken as google-java-format breaks them."""

from crossfade.codegen.java.layout import assignment, call, declaration


def test_a_declaration() -> None:
    """The clause goes to the next line where both do not fit."""
    assert declaration("public interface A", "extends B", " {}") == "public interface A extends B {}"
    long = declaration("public interface A", "extends " + "B" * 90, " {}")
    assert long == "public interface A\n    extends " + "B" * 90 + " {}"


def test_a_declaration_with_long_types() -> None:
    """They go to a line of their own, together or each alone."""
    short, long = declaration("interface A", f"extends C<{'D' * 50}, {'E' * 36}>", " {}"), "D" * 60 + ", " + "E" * 60
    assert short == f"interface A\n    extends C<\n        {'D' * 50}, {'E' * 36}> {{}}"
    broken = f"interface A\n    extends C<\n        {'D' * 60},\n        {'E' * 60}> {{}}"
    assert declaration("interface A", f"extends C<{long}>", " {}") == broken


def test_an_assignment() -> None:
    """What is assigned goes to the next line where it does not fit, and its arguments below that."""
    assert assignment("A a", "b()", None, 2) == "  A a = b();"
    assert assignment("A a", "f", ("b", "c"), 2) == "  A a = f(b, c);"
    assert assignment("A" * 60, "b" * 40, None, 2) == f"  {'A' * 60} =\n      {'b' * 40};"
    assert assignment("A" * 60, "f", ("b" * 50, "c" * 50), 2) == (
        f"  {'A' * 60} =\n      f(\n          {'b' * 50},\n          {'c' * 50});"
    )


def test_a_call() -> None:
    """The arguments stay, go to the next line together, or each to its own."""
    assert call("f", ("a", "b"), ";", 2) == "  f(a, b);"
    assert call("f" * 60, ("a" * 30, "b" * 20), ";", 2) == f"  {'f' * 60}(\n      {'a' * 30}, {'b' * 20});"
    assert call("f", ("a" * 60, "b" * 60), ";", 2) == f"  f(\n      {'a' * 60},\n      {'b' * 60});"
