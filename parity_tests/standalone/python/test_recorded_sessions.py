"""Each recorded session is a test: the service must answer as it was recorded.

Name the service by the environment: SERVICE_URL, or SERVICE_URL_HTTP for a port that is called http.
    SERVICE_URL_HTTP=http://127.0.0.1:8080 SERVICE_URL_GRPC=http://127.0.0.1:9090 python -m pytest
"""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from recorded_session import Service

FOLDER = Path(__file__).parent
SESSIONS = (FOLDER / "sessions.txt").read_text(encoding="utf-8").split()


@pytest.mark.parametrize("session", SESSIONS)
def test_session(session: str) -> None:
    """Its calls are sent one after the other."""
    text = (FOLDER / "sessions" / f"{session}.json").read_text(encoding="utf-8")
    record = json.loads(text, parse_float=Decimal)
    with Service(FOLDER / "contract.binpb") as service:
        for number, call in enumerate(record["calls"], 1):
            differences = service.play(call)
            assert not differences, f"call {number}, {call['route']}:\n" + "\n".join(differences)
