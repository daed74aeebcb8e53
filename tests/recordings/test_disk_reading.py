"""What is recorded on disk is read as arrays are, and no more than is asked for."""

import copy
import pickle

import matplotlib as mpl
import numpy as np
import pytest
from brian2 import (
    EventMonitor,
    Network,
    NeuronGroup,
    PopulationRateMonitor,
    Quantity,
    SpikeMonitor,
    StateMonitor,
    dot,
    ms,
    mV,
    prefs,
    seed,
)
from zarr.storage import LocalStore

from brian2numba import record_to_disk

NEURONS = """0, -1, 3, 4, 2:3, 1:, -5:, ::-1, ::3, 1::-2, [1, 3], [3, 1, 1], [],
..., None, True, 1.0, 'a', [[0, 1], [2, 3]], np.int32(2), np.array([True, False,
True, False]), [-1, 0]"""
TIMES = """0, -1, 150, 200, -201, 2:3, 190:, -5:, ::-1, ::7, 100::-3, [1, 150, 3],
[3, 1, 1, 150], [], np.arange(200) % 3 == 0, np.array([150, 0]), None, 100:50, 500:"""
OF_VALUES = """len(X); X.shape; X.ndim; X.size; X.nbytes; X.itemsize; X[:];
list(X); X.T; X.T[3]; X.T[:, 2]; X.T.T[2, -3:]; X.mean(); X.mean(axis=1); X.max();
X.std(); X.argmax(); X.ravel(); X.reshape(-1); X.astype(float); X.tolist();
X.copy(); X.flat[3]; X.real; X + X; 2 * X; X * 2; X - X; X / X.max(); -X; abs(X);
X**2; X > X.mean(); X == X; X[X > X.mean()]; X @ X.T; X[0] * X; np.ones(200) * X; mV
* X; X / mV; 0 in X; np.mean(X); np.mean(X, axis=0); np.mean(a=X); np.max(X);
np.sum(X); np.abs(X); np.median(X); np.asarray(X); np.array(X, dtype=np.float32);
np.concatenate([X, X]); np.stack((X, X)); np.where(X > X.mean(), 1, 0); np.shape(X);
np.ndim(X); np.size(X); np.squeeze(X); np.vstack(X); np.isfinite(X).all();
np.swapaxes(X, 0, 1); np.cumsum(X, axis=1); np.array_equal(X, X); np.add(X, X);
np.zeros_like(X); np.copy(X); np.fft.rfft(X); np.interp([1], [0, 199], X[0, [0,
-1]]); sum(X); max(X[0]); dot(X, X.T); np.var(X); float(X); bool(X); hash(X);
copy.copy(X); copy.deepcopy(X); pickle.loads(pickle.dumps(X))"""
OF_ROWS = """len(X); X.shape; X[:]; X + X; np.mean(X); np.asarray(X); X.dtype;
np.diff(X); X[-3:] * 2; X > 0; list(X); str(X); repr(X)"""
OF_MONITORS = """s.spike_trains(); s.values('v'); s.all_values();
e.event_trains(); s.it; s.it_; e.it; s.count[:]; s.num_spikes; e.num_events;
r.smooth_rate(width=3*ms); r.smooth_rate('flat', width=2.3*ms); r.binned_rate(1*ms);
m.get_states(); m.get_states(units=False); m.get_states(['v']); s.get_states();
s.get_states(units=False); s.get_states(['t', 'i']); e.get_states(); r.get_states();
len(m); m.N; s.N[:]; s.t['i == 3']; s.v['i == 3 and t > 5*ms']; s.t[s.i == 3];
s.t[s.i[:] == 3]; s.i[s.t > 5*ms]; s.t/ms; np.unique(s.i); np.bincount(s.i);
np.histogram(s.t/ms, 5); m.record; m.n_indices; m.state('v'); m.state_('v');
s.state('t'); m.t/ms; np.diff(s.spike_trains()[1]);
m.variables['v'].get_value()[3:5]"""
VIEWS = "m[3], m[[1, 3]], m[[6, 1]], m[1:5], m[1:6:2], m[2], m['i > 3'], m[7], m[:]"


def network():
    """Return a network and its monitors by name."""
    seed(4)
    group = NeuronGroup(
        7,
        """dv/dt = (30*mV - v)/(5*ms) + 2*mV*xi*ms**-0.5 : volt
        n : integer""",
        threshold="v > 12*mV",
        reset="v = 0*mV; n += 1",
        method="euler",
        events={"event": "v > 5*mV"},
        name="group",
    )
    monitors = {
        "m": StateMonitor(group, ["v", "n"], record=[1, 3, 4, 6], name="m"),
        "s": SpikeMonitor(group, ["v", "n"], name="s"),
        "e": EventMonitor(group, "event", "v", name="e"),
        "r": PopulationRateMonitor(group, name="r"),
    }
    return Network(group, monitors.values()), monitors


@pytest.fixture(scope="module")
def numba():
    """Let fixtures of the module run networks with the numba target."""
    stored = prefs.codegen.target
    prefs.codegen.target = "numba"
    yield
    prefs.codegen.target = stored


@pytest.fixture(scope="module")
def names(numba, tmp_path_factory):
    """Return monitors in memory and on disk that recorded the same."""
    in_memory = network()
    in_memory[0].run(20 * ms)
    on_disk = network()
    path = tmp_path_factory.mktemp("disk") / "recording.zarr"
    record_to_disk(on_disk[0], path, block_bytes=1000)
    on_disk[0].run(11 * ms)
    # The last rows are in memory
    on_disk[0].run(9 * ms)
    others = {"np": np, "ms": ms, "mV": mV, "copy": copy, "pickle": pickle, "dot": dot}
    return {**others, **in_memory[1]}, {**others, **on_disk[1]}


def outcome(expression, names):
    """Return what an expression gives, or how it fails, so that it can be compared."""
    try:
        return plain(eval(expression, dict(names)))
    except Exception as error:
        return type(error)


def plain(value):
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (str, int, float, type(None), np.dtype)):
        return value
    dim = repr(value.dim) if hasattr(value, "dim") else ""
    array = np.asarray(value)
    return dim, array.dtype, array.shape, np.ascontiguousarray(array).tobytes()


def split(text, separator):
    """Split a list of expressions, but not within brackets."""
    depth, parts = 0, [""]
    for letter in text.replace("\n", " "):
        depth += (letter in "([{") - (letter in ")]}")
        if letter == separator and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def differing(expressions, names):
    in_memory, on_disk = names
    return [e for e in expressions if outcome(e, in_memory) != outcome(e, on_disk)]


@pytest.mark.parametrize("name", ["m.v", "m.v_", "m.n"])
def test_indices_of_states(name, names):
    neurons, times = split(NEURONS, ","), split(TIMES, ",")
    expressions = [f"{name}[{i}]" for i in neurons]
    expressions += [f"{name}[{i}, {j}]" for i in neurons for j in times]
    assert differing(expressions, names) == []


@pytest.mark.parametrize("name", ["m.v", "m.v_", "m.n"])
def test_values_of_states(name, names):
    expressions = [e.replace("X", name) for e in split(OF_VALUES, ";")]
    assert differing(expressions, names) == []


@pytest.mark.parametrize(
    "name", ["m.t", "m.t_", "s.t", "s.i", "s.v", "s.n", "e.t", "e.i", "r.t", "r.rate"]
)
def test_rows(name, names):
    times = [*split(TIMES, ","), "...", "'t > 5*ms'"]
    expressions = [
        f"{name}[{i}]" for i in times if "arange" not in i or name[0] in "mr"
    ]
    expressions += [e.replace("X", name) for e in split(OF_ROWS, ";")]
    assert differing(expressions, names) == []


def test_what_monitors_have(names):
    expressions = split(OF_MONITORS, ";")
    for view in split(VIEWS, ","):
        for name in ("v", "v_", "n", "t", "t_"):
            expressions += [
                f"{view}.{name}{i}" for i in ("", "[:, -5:]", "[-5:]", "[0]")
            ]
    assert differing(expressions, names) == []


def test_plots(names):
    mpl.use("Agg")
    import matplotlib.pyplot as plt  # noqa: PLC0415 (after the choice)

    drawn = []
    for monitors in names:
        m, s = monitors["m"], monitors["s"]
        figure, axes = plt.subplots()
        axes.plot(m.t / ms, m.v[0])
        axes.plot(m.t / ms, m.v.T / mV)
        axes.plot(s.t / ms, s.i, ".")
        axes.plot(m.t, m.v.T)
        axes.imshow(m.v)
        drawn.append([line.get_xydata().tobytes() for line in axes.lines])
        plt.close(figure)
    assert drawn[0] == drawn[1]


def test_a_repr_reads_nothing(names):
    m = names[1]["m"]
    assert repr(m.v).startswith("<'v' of 'm', of shape (4, 200) and type float64, in '")


def test_values_are_read_anew_each_time(tmp_path):
    made, monitors = network()
    record_to_disk(made, tmp_path / "recording.zarr", block_bytes=500)
    made.run(3 * ms)
    v, t = monitors["m"].v, monitors["s"].t
    assert v.shape == (4, 30)
    first = v[:]
    made.run(3 * ms)
    assert isinstance(first, Quantity)
    assert first.shape == (4, 30)
    assert v.shape == (4, 60)
    assert np.array_equal(v[:, :30], first)
    assert len(t) == monitors["s"].num_spikes


@pytest.fixture
def bytes_read(monkeypatch):
    """Count the bytes that are read from disk: a list of them."""
    counted = []
    get = LocalStore.get

    async def counting(store, *args, **kwds):
        found = await get(store, *args, **kwds)
        counted.append(0 if found is None else len(found))
        return found

    monkeypatch.setattr(LocalStore, "get", counting)
    return counted


@pytest.mark.parametrize(
    "expression",
    ["m.v[3, -10:]", "m.v[3, 5000]", "m.v[:, 70]", "m[3].t[-3:]", "m.t[-10:]", "m.t[4]",
     "s.t[-3:]", "s.i[7]", "s.v[100:200]", "len(m.t)", "m.v.shape", "s.count[:]",
     "s.num_spikes", "repr(m.v)", "m.variables['v'].get_value()[7]"],
)  # fmt: skip
def test_only_what_is_asked_for_is_read(expression, long_recording, bytes_read):
    before = len(bytes_read)
    eval(expression, dict(long_recording[0]))
    assert sum(bytes_read[before:]) <= long_recording[1] / 10


@pytest.fixture(scope="module")
def long_recording(numba, tmp_path_factory):
    """Return monitors that recorded for long, and how many bytes they did."""
    group = NeuronGroup(
        32,
        "dv/dt = xi*ms**-0.5 : 1",
        threshold="rand() < 0.2",
        method="euler",
        name="group",
    )
    m = StateMonitor(group, "v", record=True, name="m")
    s = SpikeMonitor(group, "v", name="s")
    made = Network(group, m, s)
    path = tmp_path_factory.mktemp("disk") / "recording.zarr"
    record_to_disk(made, path, block_bytes=2**16)
    made.run(1000 * ms)
    return {"m": m, "s": s}, m.v.nbytes


def test_all_is_read_for_a_number_of_all(long_recording, bytes_read):
    m = long_recording[0]["m"]
    assert np.mean(m.v) == np.mean(m.v[:])
    assert sum(bytes_read) > long_recording[1] / 2
