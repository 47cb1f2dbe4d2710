"""What other processes of the same user learn of the bot: nothing."""

import subprocess
import sys

import pytest

from bot.machine.hardening import harden

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="as Linux does it")

# As the user it is, or as nobody where that is root, whom nothing is kept from.
PROGRAM = """
import os
from bot.machine import linux
from bot.machine.hardening import harden

def seen_by_a_child() -> str:
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    for number, name in enumerate(("environ", "mem", "maps"), 1):
        try:
            with open(f"/proc/{os.getppid()}/{name}", "rb") as file:
                name == "mem" or file.read()
        except PermissionError:
            os._exit(100 + number)
    os._exit(0)

if os.getuid() == 0:
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
linux.prctl(linux.PR_SET_DUMPABLE, 1)
print(seen_by_a_child(), harden(), seen_by_a_child(), oct(os.umask(0)))
print(len(os.listdir("/proc/self/fd")) > 0, open("/proc/self/stat").read() != "")
"""


def ran(program: str) -> list[str]:
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    return ended.stdout.splitlines()


def test_memory_and_environment_can_not_be_read_by_processes_of_the_same_user() -> None:
    assert ran(PROGRAM) == ["0 None 101 0o77", "True True"]


@pytest.mark.parametrize("command", ["run", "doctor"])
def test_bot_hides_before_it_reads_its_settings(command: str) -> None:
    program = (
        "import sys\n"
        "from bot import __main__\n"
        "from bot.machine import linux\n"
        "from bot.settings import Settings\n"
        "def load():\n"
        "    print(linux.prctl(3, 0))  # PR_GET_DUMPABLE\n"
        "    raise SystemExit\n"
        "Settings.load = load\n"
        f"sys.argv[1:] = ['{command}']\n"
        "try: __main__.main()\n"
        "except SystemExit: pass"
    )
    assert ran(program) == ["0"]


def test_what_can_not_be_hidden_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def lacking(*_: int) -> int:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr("bot.machine.linux.prctl", lacking)
    monkeypatch.setattr("os.umask", lambda _: 0)
    assert "not implemented" in str(harden())
