"""The store of machine code: whole and trusted entries, or none."""

import errno
import multiprocessing
import os
import random
import stat
import sys
import time
from pathlib import Path

import pytest
from brian2 import prefs
from brian2.utils.logger import catch_logs

from brian2numba.store import KernelStore
from brian2numba.store import folder as folders
from brian2numba.store.entry import SUFFIX, content_of, file_name, packed
from brian2numba.store.folder import Folder

KEY, CONTENT = b"what it was made from", bytes(range(256)) * 4
posix = pytest.mark.skipif(os.name == "nt", reason="Windows has other rights of files")


@pytest.fixture
def store(tmp_path):
    return KernelStore(tmp_path / "store")


def files(store):
    return sorted(p for p in store.path.rglob("*") if p.is_file())


def warnings_of(function):
    """Return the warnings that a call logs."""
    with catch_logs() as logs:
        function()
    return [message for level, name, message in logs if name.endswith("not_used")]


def test_gives_back_what_was_put(store):
    assert store.get(KEY) is None
    store.put(KEY, CONTENT)
    assert store.get(KEY) == CONTENT
    assert KernelStore(store.path).get(KEY) == CONTENT
    assert store.get(KEY + b"!") is None
    (path,) = files(store)
    assert path.name == file_name(KEY)
    statistics = store.statistics
    assert (statistics.n_loaded, statistics.n_missed) == (1, 2)
    assert (statistics.n_published, statistics.n_refused) == (1, 0)


def test_what_is_there_is_not_written_again(store):
    store.put(KEY, CONTENT)
    KernelStore(store.path).put(KEY, CONTENT)
    other = KernelStore(store.path)
    other.put(KEY, CONTENT)
    assert other.statistics.n_published == 0
    other.put(KEY, CONTENT[::-1])
    assert other.statistics.n_published == 1
    assert store.get(KEY) == CONTENT[::-1]


def test_no_warning_where_another_process_published_first(store, monkeypatch):
    def publish_late(self, name, entry):
        real_publish(self, name, entry)
        raise PermissionError(errno.EACCES, "somebody reads the file", name)

    real_publish = Folder.publish
    monkeypatch.setattr(Folder, "publish", publish_late)
    assert not warnings_of(lambda: store.put(KEY, CONTENT))
    assert store.get(KEY) == CONTENT


# Damage


def test_no_flipped_bit_is_accepted():
    entry = packed(KEY, CONTENT)
    assert content_of(entry, KEY) == CONTENT
    for position in range(len(entry)):
        for bit in range(8):
            damaged = bytearray(entry)
            damaged[position] ^= 1 << bit
            assert content_of(bytes(damaged), KEY) is None


def test_no_truncated_or_extended_entry_is_accepted():
    entry = packed(KEY, CONTENT)
    for n_bytes in range(len(entry)):
        assert content_of(entry[:n_bytes], KEY) is None
    for more in (b"\0", entry):
        assert content_of(entry + more, KEY) is None


def test_another_key_under_the_same_name_is_no_entry(store):
    store.put(KEY, CONTENT)
    (path,) = files(store)
    path.write_bytes(packed(b"another", CONTENT))
    assert store.get(KEY) is None


def test_entries_travel_to_another_store(store, tmp_path):
    other = KernelStore(tmp_path / "other")
    for key in (KEY, b"another", b"unused"):
        other.put(key, CONTENT)
    reader = KernelStore(tmp_path / "other")
    assert reader.exported(reader.used) == {}
    for key in (KEY, b"another", b"not there"):
        reader.get(key)
    entries = reader.exported({*reader.used, "removed meanwhile"})
    assert set(entries) == {file_name(KEY), file_name(b"another")}
    first, second = entries.values()
    store.take_in([first, second[:-1] + b"?", b"", first[:40]])
    assert len(files(store)) == 1
    assert [path.read_bytes() for path in files(store)] == [first]
    assert store.exported(store.used) == {next(iter(entries)): first}


def test_a_folder_that_is_not_used_takes_and_gives_nothing(tmp_path):
    (tmp_path / "file").touch()
    with catch_logs():
        store = KernelStore(tmp_path / "file" / "store")
    store.take_in([packed(KEY, CONTENT)])
    assert store.exported([file_name(KEY)]) == {}


def test_a_damaged_entry_is_replaced(store):
    store.put(KEY, CONTENT)
    (path,) = files(store)
    path.write_bytes(b"rubbish")
    assert store.get(KEY) is None
    store.put(KEY, CONTENT)
    assert store.get(KEY) == CONTENT
    assert len(files(store)) == 1


# Failures of the file system

ERRORS = [
    errno.ENOSPC,
    errno.EACCES,
    errno.EROFS,
    errno.EIO,
    errno.EDQUOT,
    errno.ENOENT,
    errno.ESTALE,
    errno.EMFILE,
    errno.ENAMETOOLONG,
]
#: What the store asks of the file system, by the name of the function
CALLS = ["open", "replace", "fstat", "utime"]


@pytest.mark.parametrize("number", ERRORS, ids=lambda number: errno.errorcode[number])
@pytest.mark.parametrize("name", CALLS)
def test_every_failing_call_costs_an_entry_and_no_more(
    store, monkeypatch, name, number
):
    store.put(KEY, CONTENT)
    (path,) = files(store)
    os.utime(path, (0, 0))

    def fail(*args, **options):
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as context:
        context.setattr(folders.os, name, fail)
        assert store.get(KEY) in (None, CONTENT)
        store.put(b"other", CONTENT)
        store.put(KEY, CONTENT)
    assert all(p.name.endswith(SUFFIX) for p in files(store))
    assert store.get(KEY) == CONTENT
    store.put(b"other", CONTENT)
    assert store.get(b"other") == CONTENT


@pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="needs a device that is full"
)
def test_a_full_disk_leaves_nothing(store, monkeypatch):
    store.put(KEY, CONTENT)
    real_open = os.open

    def full_where_written(path, flags, mode):
        return real_open("/dev/full" if flags & os.O_CREAT else path, os.O_RDWR)

    with monkeypatch.context() as context:
        context.setattr(folders.os, "open", full_where_written)
        (warning,) = warnings_of(lambda: store.put(b"other", CONTENT))
    assert "No space left" in warning
    assert len(files(store)) == 1
    assert store.get(b"other") is None
    assert store.get(KEY) == CONTENT


def test_a_folder_that_is_removed_meanwhile_is_a_miss(store):
    store.put(KEY, CONTENT)
    (path,) = files(store)
    path.unlink()
    path.parent.rmdir()
    store.path.rmdir()
    assert store.get(KEY) is None
    assert len(warnings_of(lambda: store.put(KEY, CONTENT))) <= 1
    assert store.get(KEY) is None


def test_a_file_in_the_way_is_one_warning(tmp_path):
    (tmp_path / "file").write_text("not a folder")

    def use():
        store = KernelStore(tmp_path / "file" / "store")
        store.put(KEY, CONTENT)
        assert store.get(KEY) is None

    (warning,) = warnings_of(use)
    assert "Each process compiles anew" in warning


@posix
def test_without_a_home_nothing_is_stored(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    stores = []
    (warning,) = warnings_of(lambda: stores.append(KernelStore(Path("~/.cache/x"))))
    assert "there is no home directory" in warning
    stores[0].put(KEY, CONTENT)
    assert stores[0].get(KEY) is None
    assert not list(tmp_path.iterdir())


# Killed at any point

_KILLED = """
import os, sys
from pathlib import Path
from brian2numba.store.folder import Folder
from brian2numba.store import folder
from brian2numba.store.entry import file_name, packed

n_left = int(sys.argv[2])
def counted(function):
    def call(*args, **options):
        global n_left
        n_left -= 1
        if n_left < 0:
            os._exit(9)
        return function(*args, **options)
    return call
for name in ("open", "replace"):
    setattr(folder.os, name, counted(getattr(os, name)))
Path.mkdir = counted(Path.mkdir)
Folder(Path(sys.argv[1])).publish(file_name(b"key"), packed(b"key", b"content" * 99))
"""


@pytest.mark.long
def test_a_process_killed_at_any_point_leaves_all_or_nothing(tmp_path):
    import subprocess  # noqa: PLC0415

    for n_calls in range(5):
        path = tmp_path / str(n_calls)
        path.mkdir()
        command = [sys.executable, "-c", _KILLED, str(path), str(n_calls)]
        code = subprocess.run(command, check=False).returncode
        store = KernelStore(path)
        found = store.get(b"key")
        assert found == (b"content" * 99 if code == 0 else None)
        store.put(b"key", b"content" * 99)
        assert store.get(b"key") == b"content" * 99
    assert code == 0


# Trust


@posix
def test_what_others_can_write_is_refused(store):
    store.put(KEY, CONTENT)
    (path,) = files(store)
    path.chmod(0o666)
    assert store.get(KEY) is None
    store.put(KEY, CONTENT)
    assert store.get(KEY) == CONTENT
    store.path.chmod(0o777)
    (warning,) = warnings_of(lambda: KernelStore(store.path))
    assert "others can write" in warning
    assert "shared_cache" in warning
    assert KernelStore(store.path).get(KEY) is None
    assert KernelStore(store.path, trusts_others=True).get(KEY) == CONTENT


@posix
def test_others_can_use_and_fill_a_folder_shared_on_purpose(tmp_path):
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o770)
    before = os.umask(0o077)
    try:
        store = KernelStore(tmp_path / "shared", trusts_others=True)
        store.put(KEY, CONTENT)
    finally:
        os.umask(before)
    (path,) = files(store)
    assert stat.S_IMODE(path.stat().st_mode) == 0o660
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o770


@posix
def test_a_folder_that_others_can_replace_is_refused(tmp_path):
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    (warning,) = warnings_of(lambda: KernelStore(tmp_path / "open" / "store"))
    assert "others can replace" in warning


@posix
def test_a_link_is_no_entry(store, tmp_path):
    store.put(KEY, CONTENT)
    (path,) = files(store)
    (tmp_path / "elsewhere").write_bytes(path.read_bytes())
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere")
    assert store.get(KEY) is None


@posix
def test_a_private_folder_is_made(tmp_path):
    store = KernelStore(tmp_path / "a" / "b")
    store.put(KEY, CONTENT)
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o700


# Size


def test_what_was_not_used_for_longest_goes_first(tmp_path):
    folder = Folder(tmp_path)
    names = [file_name(str(k).encode()) for k in range(10)]
    for age, name in enumerate(names):
        folder.publish(name, bytes(1000))
        os.utime(folder.path_of(name), (0, time.time() - 100 * age))
    assert folder.evict(10_000) == 10_000
    assert folder.evict(5_000) == 4_000
    left = [name for name in names if folder.read(name) is not None]
    assert left == names[:4]


def test_use_is_noted(tmp_path):
    folder = Folder(tmp_path)
    name = file_name(KEY)
    folder.publish(name, CONTENT)
    os.utime(folder.path_of(name), (0, 0))
    folder.read(name)
    (entry,) = folder.entries()
    assert entry.used > time.time() - 100


def test_unfinished_files_are_removed_when_they_are_old(tmp_path):
    folder = Folder(tmp_path)
    folder.publish(file_name(KEY), CONTENT)
    subfolder = folder.path_of(file_name(KEY)).parent
    old, new = subfolder / "old.part", subfolder / "new.part"
    old.write_bytes(CONTENT)
    new.write_bytes(CONTENT)
    os.utime(old, (0, 0))
    folder.evict(1e9)
    assert new.exists()
    assert not old.exists()
    assert folder.clear() == 1
    assert not list(folder.entries())


def test_the_limit_of_brians_preference_is_kept(store):
    prefs.codegen.max_cache_dir_size = 1
    for k in range(40):
        store.put(str(k).encode(), random.Random(k).randbytes(1_000_000))
    assert sum(path.stat().st_size for path in files(store)) < 20_000_000


# Many at once


def _use(path, seed):
    store = KernelStore(Path(path))
    numbers = random.Random(seed)
    for _ in range(200):
        key = str(numbers.randrange(20)).encode()
        found = store.get(key)
        if found not in (None, key * 1000):
            return 1
        if found is None:
            store.put(key, key * 1000)
        if numbers.random() < 0.05:
            Folder(Path(path)).evict(10_000)
    return 0


@pytest.mark.long
def test_processes_share_a_folder(tmp_path):
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        wrong = pool.starmap(_use, [(str(tmp_path), seed) for seed in range(8)])
    assert sum(wrong) == 0
