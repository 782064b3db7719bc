"""The shell on an agent."""


class Session:
    """One client's console; ``run`` answers one command."""

    def __init__(self, store):
        self._store = store
        self._build = None

    def run(self, command):
        args = command.split()
        return f"$ {' '.join(args)}\n{self._result(args)}"

    def _result(self, args):
        if not args:
            return ""
        name, *rest = args
        if name == "attach":
            return self._attach(rest)
        if name not in ("env", "steps", "waited"):
            return f"{name}: command not found"
        if not self._build:
            return "attach a build first"
        return getattr(self, f"_{name}")()

    def _attach(self, rest):
        build_id = rest[0] if rest else ""
        self._build = self._store.get(build_id)
        return f"attached to {build_id} of {self._build['project']}" if self._build else f"no such build: {build_id}"

    def _env(self):
        return "\n".join(f"{name}={value}" for name, value in sorted(self._build["environment"].items()))

    def _steps(self):
        return ", ".join(step["name"] for step in self._build["steps"])

    def _waited(self):
        share = self._build["queued_s"] * 100 // self._build["duration_s"]
        return f"waited {share} % as long as it ran"
