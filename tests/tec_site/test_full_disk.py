"""SQLite on a disk without a byte left: reading goes on, and writing when there is room again."""

import json
import shutil
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection


@pytest.fixture
def small_disk(tmp_path):
    """Runs a module of ours with a folder that is a file system of 6 MB, in a name space of its
    own: whoever else runs here sees nothing of it."""
    inside = 'mount -t tmpfs -o size=6m tmpfs "$1" && shift && exec "$@"'
    apart = [shutil.which("unshare") or "unshare", "--map-root-user", "--mount", "sh", "-c", inside]

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*apart, "sh", str(tmp_path), *command],
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    if run("true").returncode:
        pytest.skip("no file system can be mounted here (unshare --map-root-user --mount)")
    return lambda module, *given: run(sys.executable, "-m", module, str(tmp_path), *given)


@pytest.mark.sqlite
@pytest.mark.django_db
def test_a_full_disk_can_be_read_and_is_written_again_when_there_is_room(small_disk):
    done = small_disk("tests.full_disk_site", connection.settings_dict["NAME"])

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    full, again = found["full"], found["again"]
    assert (full["reading"], full["is_there"], full["database"]) == (200, True, True)
    assert full["writing"] == 503
    assert (again["reading"], again["is_there"], again["database"]) == (200, True, True)
    assert again["writing"] == 302
    assert found["integrity"] == [["ok"]]
    assert found["open"] is True
