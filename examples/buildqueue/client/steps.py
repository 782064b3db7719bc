"""What a worker can send: calls and requests, each with a check of its answer and the steps that follow from it."""


def nothing(_answer):
    return ()


def fine(_answer):
    return ""


class Step:
    """``route`` is the name under which it is counted.

    ``check`` gives what is wrong with the answer, "" when it is right; ``follow`` the steps that come next.
    """

    def __init__(self, route, check=fine, follow=nothing):
        self.route = route
        self.check = check
        self.follow = follow


class Rpc(Step):
    """A unary call; ``request`` makes its message."""

    def __init__(self, method, request, **how):
        super().__init__(f"ci.builds.v1.BuildService/{method}", **how)
        self.method = method
        self.request = request


class Download(Rpc):
    """A stream from the server; its answer is ``(messages, trailers)``. The client may leave after some messages."""

    def __init__(self, method, request, leave_after=None, **how):
        super().__init__(method, request, **how)
        self.leave_after = leave_after


class Upload(Rpc):
    """A stream to the server; ``request`` makes the list of its messages."""


class Talk(Rpc):
    """Both ways: each message of ``request`` is sent when the one before was answered; its answer is the messages."""


class Http(Step):
    """An HTTP request; the first word of ``route`` is its method."""

    def __init__(self, route, path, form=None, files=None, headers=None, **how):
        super().__init__(route, **how)
        self.method = route.split(" ")[0]
        self.path = path
        self.form = form
        self.files = files
        self.headers = headers or {}
