"""Requests as command lines that a person can paste: ``curl`` for HTTP, ``grpcurl`` for gRPC, ``quote`` for both."""

from crossfade.reports.repro.curl import curl
from crossfade.reports.repro.grpcurl import grpcurl
from crossfade.shadow.evidence.records import RequestSample


def command_line(request: RequestSample) -> str:
    """One line for bash or zsh; ``$ADDRESS`` stands for the side to ask. Redacted values stay redacted."""
    return grpcurl(request) if request.protocol == "grpc" else curl(request)
