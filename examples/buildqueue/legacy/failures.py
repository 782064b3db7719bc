"""How a call ends with an error."""

from google.protobuf import any_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status


def fail(context, code, message, detail):
    """Ends the call with a status and a google.rpc detail."""
    packed = any_pb2.Any()
    packed.Pack(detail)
    status = status_pb2.Status(code=code, message=message, details=[packed])
    context.abort_with_status(rpc_status.to_status(status))


def no_such_build(context, build_id):
    detail = error_details_pb2.ResourceInfo(resource_type="build", resource_name=build_id)
    fail(context, code_pb2.NOT_FOUND, f"no such build: {build_id}", detail)


def bad_field(context, field, description, message):
    detail = error_details_pb2.BadRequest()
    detail.field_violations.add(field=field, description=description)
    fail(context, code_pb2.INVALID_ARGUMENT, message, detail)
