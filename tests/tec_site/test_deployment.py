"""Production: what it refuses to start with, and that Django's own checks find nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REQUIRED = {
    "SECRET_KEY": "k9!" + "Zq7vB2xW" * 8,
    "ALLOWED_HOSTS": "bezoek.example.nl",
    "SITE_URL": "https://bezoek.example.nl",
}


def manage(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "TEC_MODE": "production",
            "VAR_DIR": str(folder),
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_check_deploy_finds_nothing_in_production(tmp_path: Path) -> None:
    done = manage(tmp_path, "check", "--deploy", "--fail-level", "DEBUG", **REQUIRED)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "System check identified no issues (0 silenced).\n"


@pytest.mark.parametrize("missing", sorted(REQUIRED))
def test_production_does_not_start_without(missing: str, tmp_path: Path) -> None:
    rest = {name: value for name, value in REQUIRED.items() if name != missing}
    done = manage(tmp_path, "check", **rest)
    assert done.returncode != 0
    assert f"{missing} is not set; production does not start without it." in done.stderr


def test_production_refuses_a_short_key(tmp_path: Path) -> None:
    done = manage(tmp_path, "check", **REQUIRED | {"SECRET_KEY": "short"})
    assert done.returncode != 0
    assert "SECRET_KEY is shorter than 50 characters." in done.stderr


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("ALLOWED_HOSTS", "bezoek.example.nl,*", "ALLOWED_HOSTS must name the site's hosts"),
        ("SITE_URL", "bezoek.example.nl", "SITE_URL must begin with https://"),
    ],
)
def test_production_refuses_what_would_make_wrong_links(
    name: str, value: str, message: str, tmp_path: Path
) -> None:
    done = manage(tmp_path, "check", **REQUIRED | {name: value})
    assert done.returncode != 0
    assert message in done.stderr


def test_production_shows_nobody_its_insides_and_asks_the_second_factor(tmp_path: Path) -> None:
    """Servers set DEBUG for other programs; people write a space after a comma."""
    odd = {
        "DEBUG": "1",
        "ALLOWED_HOSTS": "bezoek.example.nl, tec.example.nl",
        "STAFF_SECOND_FACTOR": "0",
    }
    code = (
        "from django.conf import settings as s;"
        "print(s.DEBUG, s.ALLOWED_HOSTS, s.STAFF_SECOND_FACTOR)"
    )
    done = manage(tmp_path, "shell", "--no-imports", "-c", code, **REQUIRED | odd)
    assert done.stdout == "False ['bezoek.example.nl', 'tec.example.nl'] True\n"


def test_production_refuses_the_demo(tmp_path: Path) -> None:
    done = manage(tmp_path, "demo", **REQUIRED)
    assert done.returncode != 0
    assert "This is no demo: TEC_MODE says otherwise." in done.stderr


def test_production_collects_static_files_that_all_refer_to_each_other(tmp_path: Path) -> None:
    """The manifest storage fails on a style sheet that names a file that is not there.

    Without compressing each file twice, which takes longer than all the rest.
    """
    code = (
        "from django.conf import settings; from django.core.management import call_command;"
        "settings.WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ['css', 'js', 'svg', 'html', 'txt', 'json',"
        " 'map', 'md', 'xml'];"
        "call_command('collectstatic', interactive=False, verbosity=0)"
    )
    done = manage(tmp_path, "shell", "--no-imports", "-c", code, **REQUIRED)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "static" / "staticfiles.json").exists()
