"""A worker in its cage that does nothing at once, and anything else without end."""

import json
import sys
from pathlib import Path

from bot.audio.cage import steps as cage


def main() -> None:
    given, made = map(Path, sys.argv[1:])
    answers = [{"missing": cage.enter(given=given, made=made)}]
    while True:
        for answer in answers:
            sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
        while json.loads(sys.stdin.readline())["do"] != "nothing":
            while True:
                pass
        answers = [{}]


if __name__ == "__main__":
    main()
