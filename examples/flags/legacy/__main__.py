"""Serves acme.flags.v1: python legacy PORT; prints READY and its port."""

import signal
import sys
import threading
from concurrent import futures
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import grpc
from contract import SERVICES, messages
from flags import Flags, Usage

KINDS = {
    (False, False): grpc.unary_unary_rpc_method_handler,
    (False, True): grpc.unary_stream_rpc_method_handler,
    (True, False): grpc.stream_unary_rpc_method_handler,
}


def handlers(service, servicer):
    methods = {}
    for method in service.methods:
        methods[method.name] = KINDS[method.client_streaming, method.server_streaming](
            getattr(servicer, method.name),
            request_deserializer=getattr(messages, method.input_type.name).FromString,
            response_serializer=lambda message: message.SerializeToString(deterministic=True),
        )
    return grpc.method_handlers_generic_handler(service.full_name, methods)


def main():
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=8))
    server.add_generic_rpc_handlers((handlers(SERVICES["Flags"], Flags()), handlers(SERVICES["Usage"], Usage())))
    port = server.add_insecure_port(f"127.0.0.1:{sys.argv[1]}")
    server.start()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    print(f"READY {port}", flush=True)
    stop.wait()
    server.stop(grace=1).wait()


if __name__ == "__main__":
    main()
