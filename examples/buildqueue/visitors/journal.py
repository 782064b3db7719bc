"""What the visitors met."""

import collections
import itertools
import json

KEPT = 20


class Journal:
    """Counts by route; of each visitor and route, the sides that answered in their order."""

    def __init__(self, log=None):
        """``log``: a file to which each request is written: when it was due, and what came of it."""
        self._log = log
        self.sent = collections.Counter()
        self.wrong = collections.Counter()
        self.texts = []
        self.sides = collections.defaultdict(list)
        self.by_side = collections.defaultdict(collections.Counter)

    def note(self, route, user, side, wrong, at_s):
        """One request: which side answered (None where it does not show), and what was wrong with the answer."""
        self.sent[route] += 1
        if self._log:
            self._log.write(
                json.dumps({"at_s": at_s, "route": route, "user": user, "side": side, "wrong": wrong}) + "\n"
            )
        if wrong:
            self.wrong[route] += 1
            self.texts.append({"at_s": round(at_s, 2), "route": route, "user": user, "side": side, "wrong": wrong})
        if side:
            self.by_side[route][side] += 1
            seen = self.sides[user, route]
            if not seen or seen[-1][0] != side:
                seen.append((side, at_s))

    def summary(self):
        """``moved`` counts visitors of a route that changed from legacy to the candidate once, ``returned`` those that
        changed back.
        """
        turns = [len(sides) - 1 - (sides[0][0] == "candidate") for sides in self.sides.values()]
        back = [key for key, sides in self.sides.items() if ("candidate", "legacy") in _pairs(sides)]
        return {
            "sent": sum(self.sent.values()),
            "wrong": sum(self.wrong.values()),
            "routes": {
                route: {"sent": count, "wrong": self.wrong[route], **self.by_side[route]}
                for route, count in sorted(self.sent.items())
            },
            "visitors": len(self.sides),
            "moved": sum(turn == 1 for turn in turns),
            "returned": len(back),
            "wrong_answers": self.texts[:KEPT] + self.texts[KEPT:][-KEPT:],
        }


def _pairs(sides):
    names = [side for side, _ in sides]
    return set(itertools.pairwise(names))
