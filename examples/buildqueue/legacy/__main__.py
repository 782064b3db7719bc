"""Serves both APIs: python legacy --grpc-port 50051 --http-port 5000 --db queue.sqlite --seed-dir SEED."""

import argparse
import logging
import signal
import sys
import threading
from concurrent import futures
from pathlib import Path

sys.path[0:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]

import grpc
import world
from contract import pb2, pb2_grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from rpc import BuildService
from store import Store
from web import make_app
from werkzeug.serving import WSGIRequestHandler, make_server


def start_grpc(store, port):
    interceptors = [world.OneOrder()] if world.FROZEN else []
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=16), interceptors=interceptors)
    pb2_grpc.add_BuildServiceServicer_to_server(BuildService(store), server)
    servicer = health.HealthServicer()
    servicer.set("", health_pb2.HealthCheckResponse.SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    names = [pb2.DESCRIPTOR.services_by_name["BuildService"].full_name, health.SERVICE_NAME, reflection.SERVICE_NAME]
    reflection.enable_server_reflection(names, server)
    port = server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    return server, port


def start_http(store, port):
    WSGIRequestHandler.protocol_version = "HTTP/1.1"
    WSGIRequestHandler.disable_nagle_algorithm = True  # headers and body are sent apart
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", port, make_app(store), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, server.server_port


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--grpc-port", type=int, default=50051)
    parser.add_argument("--http-port", type=int, default=5000)
    parser.add_argument("--db", default=":memory:")
    parser.add_argument("--seed-dir", required=True)
    args = parser.parse_args()
    store = Store(args.db, args.seed_dir)
    rpc_server, grpc_port = start_grpc(store, args.grpc_port)
    web_server, http_port = start_http(store, args.http_port)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    print(f"READY grpc={grpc_port} http={http_port}", flush=True)
    stop.wait()
    rpc_server.stop(grace=2).wait()
    web_server.shutdown()


if __name__ == "__main__":
    main()
