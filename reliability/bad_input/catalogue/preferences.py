"""Preferences of the numba target."""

from reliability.bad_input.case import refused, warned

__all__ = ["CASES"]

CASES = (
    refused(
        "prefs.codegen.runtime.numba.threads = 0",
        "PreferenceError",
        "Value '0' for preference 'codegen.runtime.numba.threads' is",
    ),
    refused(
        "prefs.codegen.runtime.numba.threads = -1",
        "PreferenceError",
        "Value '-1' for preference 'codegen.runtime.numba.threads' is",
    ),
    refused(
        "prefs.codegen.runtime.numba.threads = 2.5",
        "PreferenceError",
        "Value '2.5' for preference 'codegen.runtime.numba.threads' is",
    ),
    refused(
        "prefs.codegen.runtime.numba.threads = nan",
        "PreferenceError",
        "Value 'nan' for preference 'codegen.runtime.numba.threads' is",
    ),
    refused(
        'prefs.codegen.runtime.numba.threads = "2"',
        "PreferenceError",
        "Value '2' for preference 'codegen.runtime.numba.threads' is",
    ),
    refused(
        "prefs.codegen.runtime.numba.threads = True",
        "PreferenceError",
        "Value 'True' for preference 'codegen.runtime.numba.threads' is",
    ),
    refused(
        "prefs.codegen.runtime.numba.threads = None",
        "PreferenceError",
        "Value 'None' for preference 'codegen.runtime.numba.threads' is",
    ),
    warned(
        "prefs.codegen.runtime.numba.threads = 10**6; network.run(1*ms)",
        "1000000 threads were asked for, but this process may use",
    ),
    refused(
        'prefs.codegen.runtime.numba.random = "mersenne"',
        "PreferenceError",
        "Value 'mersenne' for preference 'codegen.runtime.numba.random'",
    ),
    refused(
        "prefs.codegen.runtime.numba.random = None",
        "PreferenceError",
        "Value 'None' for preference 'codegen.runtime.numba.random' is",
    ),
    refused(
        'prefs.codegen.runtime.numba.sleep = "yes"',
        "PreferenceError",
        "Value 'yes' for preference 'codegen.runtime.numba.sleep' is",
    ),
    refused(
        'prefs.codegen.runtime.numba.math = "fast"',
        "PreferenceError",
        "Value 'fast' for preference 'codegen.runtime.numba.math' is",
    ),
    refused(
        "prefs.codegen.runtime.numba.math = 1",
        "PreferenceError",
        "Value '1' for preference 'codegen.runtime.numba.math' is",
    ),
    refused(
        'prefs.codegen.runtime.numba.cpu = "no-such-processor"',
        "PreferenceError",
        "The preference codegen.runtime.numba.cpu can't be",
    ),
    refused(
        'prefs.codegen.runtime.numba.cpu = ""',
        "PreferenceError",
        "Value '' for preference 'codegen.runtime.numba.cpu' is invalid.",
    ),
    refused(
        "prefs.codegen.runtime.numba.cpu = None",
        "PreferenceError",
        "Value 'None' for preference 'codegen.runtime.numba.cpu' is",
    ),
    refused(
        "prefs.codegen.runtime.numba.cpu = 3",
        "PreferenceError",
        "Value '3' for preference 'codegen.runtime.numba.cpu' is invalid.",
    ),
    refused(
        "prefs.codegen.runtime.numba.cache_dir = 3",
        "PreferenceError",
        "Value '3' for preference 'codegen.runtime.numba.cache_dir' is",
    ),
    warned(
        'prefs.codegen.runtime.numba.cache_dir = "/proc/nothing"; cells.x = "i + 91"',
        "Compiled code is not stored in '/proc/nothing', because",
    ),
    refused(
        'prefs.codegen.runtime.numba.cache_dir = ""; cells.x = "i + 92"',
        "PreferenceError",
        "Value '' for preference 'codegen.runtime.numba.cache_dir' is",
    ),
    refused(
        'prefs.codegen.runtime.numba.native_loop = "yes"',
        "PreferenceError",
        "Value 'yes' for preference 'codegen.runtime.numba.native_loop'",
    ),
    refused(
        "prefs.codegen.runtime.numba.native_loop = 1",
        "PreferenceError",
        "Value '1' for preference 'codegen.runtime.numba.native_loop' is",
    ),
    refused(
        'prefs.codegen.runtime.numba.store_state_updates = "yes"',
        "PreferenceError",
        "Value 'yes' for preference",
    ),
    refused(
        "prefs.codegen.runtime.numba.reuse_sources = 0",
        "PreferenceError",
        "Value '0' for preference 'codegen.runtime.numba.reuse_sources' is",
    ),
    refused(
        'prefs.codegen.runtime.numba.shared_cache = "no"',
        "PreferenceError",
        "Value 'no' for preference 'codegen.runtime.numba.shared_cache'",
    ),
    refused(
        "prefs.codegen.runtime.numba.shared_cache = 0",
        "PreferenceError",
        "Value '0' for preference 'codegen.runtime.numba.shared_cache'",
    ),
    refused(
        "prefs.codegen.runtime.numba.delete_source_files = None",
        "PreferenceError",
        "Value 'None' for preference",
    ),
    refused(
        'prefs.codegen.runtime.numba.delete_source_files = "no"',
        "PreferenceError",
        "Value 'no' for preference",
    ),
    refused(
        "prefs.codegen.runtime.numba.nothing = 3",
        "PreferenceError",
        "Preference 'codegen.runtime.numba.nothing' is unregistered.",
    ),
    refused(
        'prefs["codegen.runtime.numba.nothing"] = 3',
        "PreferenceError",
        "Preference 'codegen.runtime.numba.nothing' is unregistered.",
    ),
    refused(
        "prefs.core.default_float_dtype = np.float16",
        "PreferenceError",
        "Value '<class 'numpy.float16'>' for preference",
    ),
    refused(
        "prefs.core.default_float_dtype = int",
        "PreferenceError",
        "Value '<class 'int'>' for preference 'core.default_float_dtype'",
    ),
)
