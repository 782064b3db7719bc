"""gRPC calls with messages as JSON, by the descriptors of the contract."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

TIMEOUT_S = 30


class Rpcs:
    """Calls the methods of one server."""

    def __init__(self, address: str, contract: Path) -> None:
        self._channel = grpc.insecure_channel(address)
        self._pool = descriptor_pool.DescriptorPool()
        files = {file.name: file for file in descriptor_pb2.FileDescriptorSet.FromString(contract.read_bytes()).file}
        added: set[str] = set()

        def add(name: str) -> None:
            if name not in added:
                added.add(name)
                for dependency in files[name].dependency:
                    add(dependency)
                self._pool.Add(files[name])

        for name in files:
            add(name)

    def call(self, rpc: str, messages: list[Any], metadata: list[list[str]], take: int | None) -> dict[str, Any]:
        """Code, message and messages of the answer; ``take``: so many messages are read, then the client leaves."""
        service, _, name = rpc.partition("/")
        method = self._pool.FindServiceByName(service).methods_by_name[name]
        asked, answered = (message_factory.GetMessageClass(kind) for kind in (method.input_type, method.output_type))
        texts = (json.dumps(message, default=float) for message in messages)
        requests = [json_format.Parse(text, asked(), descriptor_pool=self._pool) for text in texts]
        start = self._channel.stream_stream(
            f"/{rpc}", request_serializer=asked.SerializeToString, response_deserializer=answered.FromString
        )
        fields = tuple((key.lower(), value) for key, value in metadata if not key.lower().endswith("-bin"))
        stream: Any = start(iter(requests), timeout=TIMEOUT_S, metadata=fields)
        found: list[Any] = []
        code, detail = "OK", ""
        try:
            for message in stream:
                found.append(self._json(message))
                if take is not None and len(found) == take:
                    stream.cancel()
                    break
        except grpc.RpcError as error:
            code, detail = error.code().name, error.details() or ""
        return {"code": code, "message": detail, "messages": found}

    def _json(self, message: Any) -> Any:
        text = json_format.MessageToJson(
            message,
            preserving_proto_field_name=True,
            always_print_fields_with_no_presence=True,
            descriptor_pool=self._pool,
        )
        return json.loads(text, parse_float=Decimal)

    def close(self) -> None:
        """Ends the connection."""
        self._channel.close()
