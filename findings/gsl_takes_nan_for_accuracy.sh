#!/usr/bin/env bash
# GNU Scientific Library 2.8: a step into NaN is a success. The step control looks for the
# largest error by "new > old", which is false if the new one is NaN; so an error that is
# NaN counts as none. A driver accepts the step, makes the next one longer, runs to the end
# and returns GSL_SUCCESS, and the state is NaN.
# dy/dt = -y, but something else as soon as y < 0.95, which the first trial of a step of 1
# reaches. If that is a number, as -1e10, steps become shorter until they find the time at
# which y is 0.95, and the rest is right. If it is NaN, the driver succeeds all the same. So
# it does if it is infinite, as the differences of slopes are NaN then.
# Seen: status 0, t = 1, y = nan for both; y = -9.487e9, which is right, for -1e10.
#
# Needs a Python from 3.11 on, as python3 or in PYTHON, on Linux: the library is that of the
# wheel passagemath-gsl, called by ctypes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check --no-deps "passagemath-gsl==10.8.13"
cat > "$folder/script.py" <<'SCRIPT'
import ctypes as c
import math
import sysconfig
from pathlib import Path

libraries = Path(sysconfig.get_path("purelib")) / "passagemath_gsl.libs"
(file,) = libraries.glob("libgsl-*.so*")
gsl = c.CDLL(str(file))
doubles = c.POINTER(c.c_double)
Function = c.CFUNCTYPE(c.c_int, c.c_double, doubles, doubles, c.c_void_p)


class System(c.Structure):
    _fields_ = [
        ("function", Function),
        ("jacobian", c.c_void_p),
        ("dimension", c.c_size_t),
        ("parameters", c.c_void_p),
    ]


def integrate(slope_below):
    @Function
    def slopes(t, y, f, _):
        f[0] = -y[0] if y[0] >= 0.95 else slope_below
        return 0

    system = System(slopes, None, 1, None)
    new = gsl.gsl_odeiv2_driver_alloc_y_new
    new.restype = c.c_void_p
    new.argtypes = [c.c_void_p, c.c_void_p, c.c_double, c.c_double, c.c_double]
    kind = c.c_void_p.in_dll(gsl, "gsl_odeiv2_step_rkf45")
    driver = new(c.byref(system), kind, 1.0, 1e-6, 0.0)
    gsl.gsl_odeiv2_driver_set_nmax.argtypes = [c.c_void_p, c.c_ulong]
    gsl.gsl_odeiv2_driver_set_nmax(driver, 1000)
    apply = gsl.gsl_odeiv2_driver_apply
    apply.argtypes = [c.c_void_p, doubles, c.c_double, doubles]
    t, y = c.c_double(0.0), c.c_double(1.0)
    status = apply(driver, c.byref(t), 1.0, c.byref(y))
    gsl.gsl_odeiv2_driver_free.argtypes = [c.c_void_p]
    gsl.gsl_odeiv2_driver_free(driver)
    return status, t.value, y.value


version = c.c_char_p.in_dll(gsl, "gsl_version").value.decode()
print("GSL", version)
for slope in (math.nan, -math.inf):
    status, t, y = integrate(slope)
    print("slope", slope, "status", status, "t", t, "y", y)
    assert (status, t) == (0, 1.0)
    assert math.isnan(y)
status, t, y = integrate(-1e10)
print("slope", -1e10, "status", status, "t", t, "y", y)
assert (status, t) == (0, 1.0)
assert math.isclose(y, -1e10 * (1 + math.log(0.95)), rel_tol=1e-6)
SCRIPT
"$folder/env/bin/python" "$folder/script.py"
