"""Maps the top-level folders into the one namespace ``crossfade``; all else is in pyproject.toml."""

from setuptools import find_namespace_packages, setup

FOLDERS = ("shadow", "codegen", "parity_tests", "reports", "tools", "examples")  # `crossfade demo` runs the examples
NO_CODE = ("*__pycache__*", "*target", "*target.*")  # what Python and Maven leave behind
WRAPPER = ("mvnw", "mvnw.cmd", "*.properties")  # Maven's, which goes into generated projects
TYPED = "py.typed"  # in each folder, for crossfade itself is a namespace and holds no file
DATA = ("*.toml", "*.md", "*.json", "*.html", "*.css", "*.js", "*.proto", "*.java", "*.j2", "pom.xml", TYPED, *WRAPPER)

# Folders that hold only data count as packages too: what is in none is not installed.
packages = [
    name
    for folder in FOLDERS
    for name in (folder, *(f"{folder}.{sub}" for sub in find_namespace_packages(folder, exclude=NO_CODE)))
]

setup(
    package_dir={f"crossfade.{folder}": folder for folder in FOLDERS},
    packages=[f"crossfade.{name}" for name in packages],
    package_data={"": DATA},
)
