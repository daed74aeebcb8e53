#!/bin/sh
# joblib 1.6.0 (loky): ending an executor at once while work waits ends its thread in a
# KeyError.
#
# shutdown(kill_workers=True) is how a program ends processes that are still computing,
# after Ctrl+C for example. Loky's thread then calls off all that was submitted, and
# afterwards looks for what still waits in the queue among what it has just called off.
# The futures and the processes end as they should, but a traceback of a thread that the
# user has never heard of is printed, and nothing that the caller does can catch it. It
# happens also with little work, if the last of it was submitted an instant before.
# Seen: futures end with ShutdownExecutorError; threading.excepthook gets a KeyError.
#
# Needs a Python from 3.10 on, as python3 or in PYTHON.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check "joblib==1.6.0"
cat > "$folder/ending.py" <<'PYTHON'
import sys
import threading
import time

from joblib.externals.loky import get_reusable_executor

if __name__ == "__main__":
    failures = []
    threading.excepthook = failures.append
    executor = get_reusable_executor(2)
    executor.submit(int).result()
    futures = [executor.submit(time.sleep, 30) for _ in range(50)]
    time.sleep(1)
    executor.shutdown(wait=True, kill_workers=True)
    print("futures:", {type(future.exception()).__name__ for future in futures})
    print("its thread:", [(f.exc_type.__name__, f.thread.name) for f in failures])
    if [failure.exc_type for failure in failures] != [KeyError]:
        sys.exit("This has changed: the thread ends as it should.")
PYTHON
"$folder/venv/bin/python" "$folder/ending.py"
