"""How a cloud begins and ends."""

import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from sandbox.cloud import Cloud

ROOT = Path(__file__).parents[2]


def test_it_starts_empty_where_it_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    with Cloud(directory=tmp_path / "cloud", edge_lag=3) as cloud:
        assert (tmp_path / "cloud/ca.pem").read_text().startswith("-----BEGIN CERTIFICATE-----")
        assert cloud.edge.lag == 3
        cloud.client("s3").create_bucket(Bucket="box")
        port = cloud.edge.port
        with pytest.raises(RuntimeError, match="one state"), Cloud():
            pass
    assert set(threading.enumerate()) <= before
    with Cloud(https_port=port) as cloud:
        assert cloud.edge.port == port
        assert cloud.client("s3").list_buckets()["Buckets"] == []


def test_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            Cloud(https_port=port).__enter__()
    with Cloud(https_port=port) as cloud:
        assert cloud.edge.port == port


def test_a_program_that_ends_without_the_end_of_the_block_ends() -> None:
    program = "from sandbox.cloud import Cloud; Cloud().__enter__()"
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, timeout=20, check=True)
