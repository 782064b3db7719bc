"""crossfade.toml -> one validated frozen tree.

``settings`` holds the tree, ``load`` reads a file into it. ``address`` and ``field`` check single texts, ``clashes``
finds values that do not go together, ``locate`` finds the line of a key for an error message.
"""

from crossfade.shadow.config.load import evidence_dir, load_config, parse_config, place_of, read_config
from crossfade.shadow.config.settings import (
    AcceptSettings,
    ClientCert,
    Config,
    ContractSettings,
    GateSection,
    HeaderAction,
    HeaderRule,
    IgnoreSettings,
    IngestSettings,
    ListenSettings,
    LoginSettings,
    MirrorAction,
    MirrorRule,
    MirrorSettings,
    State,
)
from crossfade.shadow.exchange.unit import Unit

__all__ = [
    "AcceptSettings",
    "ClientCert",
    "Config",
    "ContractSettings",
    "GateSection",
    "HeaderAction",
    "HeaderRule",
    "IgnoreSettings",
    "IngestSettings",
    "ListenSettings",
    "LoginSettings",
    "MirrorAction",
    "MirrorRule",
    "MirrorSettings",
    "State",
    "Unit",
    "evidence_dir",
    "load_config",
    "parse_config",
    "place_of",
    "read_config",
]
