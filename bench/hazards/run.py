"""Flags for each 100 lines of clean Python: packages of the standard library, or those named.

    python bench/hazards/run.py [json http ...]

Code that is no port candidate should be flagged seldom; what is flagged there is a true trap all the same.
"""

import argparse

from figures import figures_of, package_folder

_PACKAGES = ("json", "http")


def main() -> None:
    """Scans and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", nargs="*", default=_PACKAGES, help="packages that can be imported")
    packages = parser.parse_args().packages
    for names in [*([name] for name in packages), packages]:
        figures = figures_of(*(package_folder(name) for name in names))
        print(
            f"{' + '.join(names)}: {figures.flags} flags in {figures.lines} lines of {figures.files} files,"
            f" {figures.per_100_lines:.2f} per 100 lines"
        )
        print(
            f"  {100 * figures.flags / figures.code_lines:.2f} per 100 of the {figures.code_lines} lines without"
            f" docstrings; {figures.lines_named} lines named, {100 * figures.lines_named / figures.lines:.2f} per 100"
        )
        ordered = sorted(figures.by_pitfall.items(), key=lambda item: (-item[1], item[0]))
        print("  " + " ".join(f"{pitfall_id}:{count}" for pitfall_id, count in ordered))


if __name__ == "__main__":
    main()
