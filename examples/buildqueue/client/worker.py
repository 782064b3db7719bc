"""One client: its own channel and its own session, as a process of its own would have."""

import queue

import grpc
import requests
from contract import pb2_grpc
from steps import Download, Http, Talk, Upload

LOST = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED)
LOST_HTTP = (502, 503, 504)
LIMIT_S = 30


class Worker:
    """Plays visits one after the other and counts their steps, each when ``pace`` lets it."""

    def __init__(self, name, grpc_address, url, counts, pace):
        self._name = name
        self.flow = ""
        self._counts = counts
        self._pace = pace
        self._channel = grpc.insecure_channel(grpc_address, options=[("grpc.use_local_subchannel_pool", 1)])
        self._stub = pb2_grpc.BuildServiceStub(self._channel)
        self._session = requests.Session()
        self._url = url

    def run(self, visits):
        """Plays visits, the steps of each with an x-flow-id of its own."""
        for at, steps in enumerate(visits):
            self.flow = f"{self._name}.{at}"
            for step in steps:
                self.play(step)
        self._channel.close()
        self._session.close()

    def play(self, step):
        """Sends it, counts what came back, and plays what follows from it."""
        self._pace.wait()
        self._counts.sent(step.route)
        try:
            status, answer = self.send(step)
        except (grpc.RpcError, requests.RequestException) as error:
            self._failed(step, error)
            return
        if status in LOST_HTTP:
            self._counts.failed(step.route, f"HTTP {status}")
            return
        self._counts.answered(step.route, status)
        if wrong := step.check(answer):
            self._counts.failed(step.route, wrong)
        for follow in step.follow(answer):
            self.play(follow)

    def send(self, step):
        """The status and the answer of one step. Raises: grpc.RpcError, requests.RequestException."""
        return self._http(step) if isinstance(step, Http) else self._rpc(step)

    def _failed(self, step, error):
        """A status that the service sent is an answer."""
        if isinstance(error, grpc.RpcError) and error.code() not in LOST:
            self._counts.answered(step.route, error.code().name)
        elif isinstance(error, grpc.RpcError):
            self._counts.failed(step.route, f"{error.code().name}: {error.details()}")
        else:
            self._counts.failed(step.route, type(error).__name__)

    def _http(self, step):
        answer = self._session.request(
            step.method,
            self._url + step.path,
            data=step.form,
            files=step.files,
            headers={"x-flow-id": self.flow, **step.headers},
            timeout=LIMIT_S,
        )
        return answer.status_code, answer

    def _rpc(self, step):
        method = getattr(self._stub, step.method)

        def call(request):
            return method(request, timeout=LIMIT_S, metadata=(("x-flow-id", self.flow),))

        if isinstance(step, Download):
            return self._download(call(step.request()), step.leave_after)
        if isinstance(step, Upload):
            return "OK", call(iter(step.request()))
        if isinstance(step, Talk):
            return "OK", self._talk(call, step.request())
        return "OK", call(step.request())

    @staticmethod
    def _download(call, leave_after):
        messages = []
        for message in call:
            messages.append(message)
            if len(messages) == leave_after:
                call.cancel()
                return "LEFT", (messages, {})
        return "OK", (messages, dict(call.trailing_metadata()))

    @staticmethod
    def _talk(call, inputs):
        """Sends each input when the one before was answered."""
        to_send = queue.SimpleQueue()
        answers = call(iter(to_send.get, None))
        received = []
        try:
            for message in inputs:
                to_send.put(message)
                if answer := next(answers, None):
                    received.append(answer)
        finally:
            to_send.put(None)
        return [*received, *answers]
