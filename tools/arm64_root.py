"""Fetch a Python for ARM64 from Debian, as a folder that an emulator starts it from."""

import glob
import os
import subprocess
import sys
from typing import List, Optional

ARCHITECTURE = "arm64"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
PACKAGES = ["base-files", "libc6", "libc-bin", "libstdc++6", "python3", "tzdata"]


def mirror_of_this_machine() -> str:
    """Return where this machine's own packages come from."""
    command = ["apt-get", "indextargets", "--format", "$(SITE) $(ORIGIN)"]
    answer = subprocess.check_output(command, universal_newlines=True)
    for line in answer.splitlines():
        site, _, origin = line.partition(" ")
        # Its updates for security have a mirror, and suites, of their own
        if origin == "Debian" and "security" not in site:
            return site
    sys.exit("apt has no mirror of Debian here: name one with --mirror.")


def options_of_apt(state: str) -> List[str]:
    """Return what lets apt leave this machine alone, and look after a folder."""
    settings = {
        "Dir::State": state,
        "Dir::State::lists": os.path.join(state, "lists"),
        "Dir::State::status": os.path.join(state, "status"),
        "Dir::Cache": state,
        "Dir::Cache::archives": os.path.join(state, "archives"),
        "Dir::Etc::sourcelist": os.path.join(state, "sources.list"),
        "Dir::Etc::sourceparts": "-",
        "APT::Architecture": ARCHITECTURE,
        "APT::Architectures::": ARCHITECTURE,
        "APT::Install-Recommends": "false",
        "APT::Sandbox::User": "root",
        "Debug::NoLocking": "1",
    }
    return [part for name in settings for part in ("-o", f"{name}={settings[name]}")]


def fetch_root(root: str, suite: str, mirror: Optional[str]) -> None:
    """Unpack Debian's packages of a Python for ARM64; none of them is set up.

    Parameters
    ----------
    root
        The folder to make.
    suite
        Debian's suite, as `"trixie"`.
    mirror
        Where to fetch them from; `None` for where this machine's come from.
    """
    state = os.path.join(os.path.dirname(root), "apt")
    for name in ("lists/partial", "archives/partial"):
        os.makedirs(os.path.join(state, name), exist_ok=True)
    with open(os.path.join(state, "status"), "a", encoding="utf-8"):
        pass
    with open(os.path.join(state, "sources.list"), "w", encoding="utf-8") as file:
        where = mirror or mirror_of_this_machine()
        signed = f"arch={ARCHITECTURE} signed-by={KEYRING}"
        file.write(f"deb [{signed}] {where} {suite} main\n")
    apt = ["apt-get", "-q", *options_of_apt(state)]
    subprocess.check_call(apt + ["update"])
    subprocess.check_call(apt + ["install", "-y", "--download-only"] + PACKAGES)
    os.makedirs(root, exist_ok=True)
    for package in sorted(glob.glob(os.path.join(state, "archives", "*.deb"))):
        subprocess.check_call(["dpkg-deb", "--extract", package, root])
