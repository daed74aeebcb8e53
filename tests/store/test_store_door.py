"""Nobody who can't write as the user gets code into the user's processes."""

import os
import signal
from pathlib import Path

import pytest
from brian2.utils.logger import catch_logs

from brian2numba.store import KernelStore
from brian2numba.store.access import MAX_BYTES
from brian2numba.store.entry import file_name, packed
from brian2numba.store.folder import Folder
from reliability.store.files import store_warnings

pytestmark = pytest.mark.skipif(
    os.name == "nt", reason="Windows has other rights of files, and no such links"
)
KEY, CONTENT = b"what it was made from", b"what was made" * 99
ENTRY = packed(KEY, CONTENT)


@pytest.fixture
def folder(tmp_path):
    """Return the folder of a store with one entry."""
    KernelStore(tmp_path / "store").put(KEY, CONTENT)
    assert KernelStore(tmp_path / "store").get(KEY) == CONTENT
    return tmp_path / "store"


@pytest.fixture(autouse=True)
def no_waiting():
    """End the process if it waits, as for the other end of a pipe."""
    signal.alarm(60)
    yield
    signal.alarm(0)


def path_in(folder):
    return Folder(folder).path_of(file_name(KEY))


def link(path, elsewhere):
    path.rename(elsewhere)
    path.symlink_to(elsewhere)


def hard_link(path, elsewhere):
    path.rename(elsewhere)
    path.hardlink_to(elsewhere)


def pipe(path, elsewhere):
    path.unlink()
    os.mkfifo(path)


def device(path, elsewhere):
    path.unlink()
    path.symlink_to("/dev/zero")


def directory(path, elsewhere):
    path.unlink()
    path.mkdir()


def huge(path, elsewhere):
    os.truncate(path, MAX_BYTES + 1)


def writable_by_the_group(path, elsewhere):
    path.chmod(0o664)


def subfolder_writable(path, elsewhere):
    path.parent.chmod(0o770)


def subfolder_linked(path, elsewhere):
    link(path.parent, elsewhere)


def subfolder_is_file(path, elsewhere):
    path.unlink()
    path.parent.rmdir()
    path.parent.write_bytes(b"")


OF_ENTRIES = [link, hard_link, pipe, device, directory, huge, writable_by_the_group]
OF_SUBFOLDERS = [subfolder_writable, subfolder_linked, subfolder_is_file]


@pytest.mark.parametrize("attack", OF_ENTRIES + OF_SUBFOLDERS)
def test_what_is_no_plain_file_of_the_users_is_not_read(attack, folder, tmp_path):
    attack(path_in(folder), tmp_path / "elsewhere")
    assert KernelStore(folder).get(KEY) is None


@pytest.mark.parametrize("attack", [link, pipe, device, directory, huge])
def test_nor_where_others_are_trusted(attack, folder, tmp_path):
    attack(path_in(folder), tmp_path / "elsewhere")
    assert KernelStore(folder, trusts_others=True).get(KEY) is None


@pytest.mark.parametrize("attack", OF_SUBFOLDERS)
def test_nothing_is_put_into_a_subfolder_that_is_not_trusted(attack, folder, tmp_path):
    attack(path_in(folder), tmp_path / "elsewhere")
    before = sorted(tmp_path.rglob("*"))
    store = KernelStore(folder)
    with catch_logs() as logs:
        store.put(KEY, CONTENT[::-1])
    (warning,) = store_warnings(logs)
    assert "can't be trusted" in warning or "Not a directory" in warning
    assert sorted(tmp_path.rglob("*")) == before
    assert store.statistics.n_refused == 1


@pytest.mark.parametrize("attack", [link, hard_link, pipe, huge])
def test_an_entry_takes_the_place_of_what_was_there(attack, folder, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    attack(path_in(folder), elsewhere)
    kept = elsewhere.read_bytes() if elsewhere.exists() else None
    store = KernelStore(folder)
    store.put(KEY, CONTENT)
    assert store.get(KEY) == CONTENT
    assert path_in(folder).stat().st_nlink == 1
    assert kept is None or elsewhere.read_bytes() == kept == ENTRY


def test_a_link_to_the_folder_that_leads_elsewhere_later_is_not_followed(
    folder, tmp_path
):
    (tmp_path / "link").symlink_to(folder)
    store = KernelStore(tmp_path / "link")
    (tmp_path / "link").unlink()
    (tmp_path / "link").symlink_to(tmp_path / "other")
    KernelStore(tmp_path / "other").put(KEY, b"not what was checked")
    assert store.get(KEY) == CONTENT


def test_the_folders_on_the_way_are_those_behind_links(folder, tmp_path):
    unsafe = tmp_path / "unsafe"
    unsafe.mkdir()
    (unsafe / "store").symlink_to(folder)
    unsafe.chmod(0o777)
    # Whoever changes the link now changes nothing: it was followed once
    assert KernelStore(unsafe / "store").get(KEY) == CONTENT
    folder.rename(unsafe / "real")
    (tmp_path / "fine").symlink_to(unsafe / "real")
    with catch_logs() as logs:
        assert KernelStore(tmp_path / "fine").get(KEY) is None
    assert f"others can replace what is in {unsafe}" in store_warnings(logs)[0]


def test_what_links_lead_to_is_not_removed(folder, tmp_path):
    other = tmp_path / "other"
    Folder(other.parent).publish(file_name(KEY), ENTRY)
    other.mkdir()
    victim = other / file_name(KEY)
    victim.write_bytes(ENTRY)
    (folder / "zz").symlink_to(other)
    assert KernelStore(folder).clear() == 1
    assert Folder(folder).evict(0) == 0
    assert victim.read_bytes() == ENTRY


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="it needs users")
def test_what_another_user_owns_is_not_read(folder, monkeypatch):
    owner = Path(folder).stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    if owner == 0:
        # What root owns, root could have put anywhere
        os.chown(path_in(folder), 4242, -1)
        monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert Folder(folder).read(file_name(KEY)) is None
