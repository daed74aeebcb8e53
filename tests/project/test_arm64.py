"""What sets up an emulated machine leaves this one alone, and finds what it needs."""

import os
from pathlib import Path

import pytest

from tools import arm64, arm64_root

APT = """\
http://mirror.example/debian-security Debian
http://mirror.example/tools Others
http://mirror.example/debian Debian
"""


def test_packages_come_from_where_apt_has_its_own(monkeypatch):
    def answer(command, universal_newlines):
        assert command[:2] == ["apt-get", "indextargets"]
        return APT

    monkeypatch.setattr(arm64_root.subprocess, "check_output", answer)
    assert arm64_root.mirror_of_this_machine() == "http://mirror.example/debian"
    monkeypatch.setattr(arm64_root.subprocess, "check_output", lambda *_, **__: "")
    with pytest.raises(SystemExit, match="name one with --mirror"):
        arm64_root.mirror_of_this_machine()


def test_apt_keeps_all_that_it_knows_in_the_folder(tmp_path, monkeypatch):
    commands = []

    def called(command):
        commands.append(command)
        if command[0] == "apt-get" and "install" in command:
            (tmp_path / "apt" / "archives" / "python3.deb").touch()

    monkeypatch.setattr(arm64_root.subprocess, "check_call", called)
    root = tmp_path / "root"
    arm64_root.fetch_root(str(root), "trixie", "http://mirror.example/debian")
    update, install, extract = commands
    for command in (update, install):
        settings = dict(o.split("=", 1) for o in command[3::2] if "=" in o)
        folders = {v for k, v in settings.items() if k.startswith("Dir::") and v != "-"}
        assert all(Path(folder).is_relative_to(tmp_path) for folder in folders)
        assert settings["Dir::Etc::sourceparts"] == "-"
    assert extract[0] == "dpkg-deb"
    assert extract[-1] == str(root)
    (source,) = (tmp_path / "apt" / "sources.list").read_text().splitlines()
    assert source.endswith("http://mirror.example/debian trixie main")


def test_tests_that_run_there_exist():
    found = arm64.selected_tests()
    assert sorted(map(os.path.basename, found)) == arm64.SELECTION


def test_spikes_that_differ_are_told(tmp_path, monkeypatch, capsys):
    def printed(command, **_):
        return f"166 spikes, {command[0] if command[-1] == 'libm' else 'equal'}\n"

    monkeypatch.setattr(arm64.subprocess, "check_output", printed)
    assert not arm64.same_spikes(["here"], ["there"], str(tmp_path))
    assert capsys.readouterr().out == (
        "math = 'vector': 166 spikes, equal | 166 spikes, equal\n"
        "math = 'libm': 166 spikes, here | 166 spikes, there\n"
    )
    assert arm64.same_spikes(["same"], ["same"], str(tmp_path))
