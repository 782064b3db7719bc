"""From a contract to the sources of a Java service: the model, Java names, and what is rendered of both.

``build`` makes the model of a contract and ``model`` holds its records. ``names`` computes what protoc and the grpc
plugin call their classes, ``verify`` compares that with what they wrote. ``services`` names what is generated.
``protos`` readies the contract for protoc. ``render_gen`` renders all of it. ``runtime`` holds the Java files that each
generated project gets as they are.
"""

from crossfade.codegen.java.build import build_project
from crossfade.codegen.java.model import CallType, ProjectModel, ProjectOptions, ProtoModel, RpcModel, ServiceModel
from crossfade.codegen.java.names import JavaClass, JavaError
from crossfade.codegen.java.render_gen import HandlerSource, Hazard, render_gen, render_handlers

__all__ = [
    "CallType",
    "HandlerSource",
    "Hazard",
    "JavaClass",
    "JavaError",
    "ProjectModel",
    "ProjectOptions",
    "ProtoModel",
    "RpcModel",
    "ServiceModel",
    "build_project",
    "render_gen",
    "render_handlers",
]
