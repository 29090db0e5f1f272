"""The sockets of the two edges, and a machine that has no address for one of them."""

import signal
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

import sandbox.__main__ as program
from sandbox import demo, loopback
from sandbox.cloud import Cloud

NEEDED = (
    "the sandbox needs the address 192.0.2.1 for Cloudflare's edge, which this machine has not: "
    "run `sudo ifconfig lo0 alias 192.0.2.1` and try again"
)


def close(*sockets: socket.socket) -> None:
    for each in sockets:
        each.close()


def test_one_port_at_both_addresses() -> None:
    sockets = loopback.listen()
    (_, port), _ = addresses = [each.getsockname() for each in sockets]
    assert addresses == [("127.0.0.1", port), ("127.0.0.2", port)]
    with pytest.raises(OSError, match="in use"):
        loopback.listen(port)
    close(*sockets)
    close(*loopback.listen(port))


def test_a_port_that_is_taken_at_the_second_address(monkeypatch: pytest.MonkeyPatch) -> None:
    real, asked = socket.create_server, 0
    with real(("127.0.0.2", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            loopback.listen(port)
        real(("127.0.0.1", port)).close()  # the first is not left open

        def unlucky(address: tuple[str, int]) -> socket.socket:
            nonlocal asked
            asked += address == ("127.0.0.1", 0)
            again = address == ("127.0.0.1", 0) and asked <= unlucky_times
            return real(("127.0.0.1", port)) if again else real(address)

        monkeypatch.setattr(socket, "create_server", unlucky)
        unlucky_times = 2
        sockets = loopback.listen()
        assert sockets[0].getsockname()[1] == sockets[1].getsockname()[1] != port
        assert asked == 3
        close(*sockets)
        asked, unlucky_times = 0, 100
        with pytest.raises(OSError, match="in use"):
            loopback.listen()
        assert asked == 10


@pytest.fixture
def machine_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loopback, "CLOUDFLARE", "192.0.2.1")


@pytest.mark.usefixtures("machine_without_it")
def test_a_cloud_without_the_second_address() -> None:
    with pytest.raises(loopback.NoAddressError) as caught:
        Cloud().__enter__()
    assert str(caught.value) == NEEDED


@pytest.mark.usefixtures("machine_without_it")
def test_the_programs_say_no_more_than_that(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(program, "DIRECTORY", tmp_path)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    done = CliRunner().invoke(program.serve)
    assert (done.exit_code, done.output) == (1, f"Error: {NEEDED}\n")
    with pytest.raises(SystemExit, match="1"):
        demo.main()
    assert " ".join(capsys.readouterr().out.split()) == f"The demo failed: {NEEDED}"
