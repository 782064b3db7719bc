"""The example alerts, as the file that can be loaded has them."""

from pathlib import Path

ALERTS = Path(__file__).parents[1] / "operations" / "alerts.yml"


def alerts(_: str) -> str:
    """The file as a block of YAML."""
    return f"```yaml\n{ALERTS.read_text(encoding='utf-8')}```\n"
