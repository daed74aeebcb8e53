"""
Models of `benchmarks.adaptive`: equations for Brian, and the same as plain functions.

References
----------
Traub, R. D., Miles, R. (1991). Neuronal Networks of the Hippocampus. Cambridge
University Press (the Hodgkin-Huxley neuron, as in Brian's COBAHH).

van der Pol, B. (1926). On relaxation-oscillations. Philosophical Magazine 2(11),
978-992.

Morris, C., Lecar, H. (1981). Voltage oscillations in the barnacle giant muscle fiber.
Biophysical Journal 35(1), 193-213 (here with a pool of calcium and a fast buffer).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import brian2 as b2
import numpy as np
from numpy.typing import NDArray
from scipy.special import exprel

__all__ = ["HODGKIN_HUXLEY", "STIFF", "Model", "hodgkin_huxley_in_units"]

Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Model:
    """A model whose variables are numbers, with time in milliseconds.

    Attributes
    ----------
    title : str
        What the page calls it.
    equations : str
        For Brian.
    slopes : callable
        The same for numpy: the time derivatives (1/ms) of an array with a row for each
        variable, in the order of `start`.
    start : mapping of str to float
        What the variables begin with.
    duration : float
        How long it is integrated, in ms.
    sampling : float
        When it is compared with a solution, in ms.
    n : int
        How many neurons there are.
    values : mapping of str to array
        What differs between them.
    """

    title: str
    equations: str
    slopes: Callable[[float, Values], Values]
    start: Mapping[str, float]
    duration: float
    sampling: float
    n: int = 1
    values: Mapping[str, Values] | None = None

    def group(self, method: str, dt: float, options: Mapping[str, Any]) -> Any:
        """Return the neurons.

        Parameters
        ----------
        method : str
            How they are integrated.
        dt : float
            The time step, in ms.
        options : mapping
            Options of the method.
        """
        group = b2.NeuronGroup(
            self.n,
            self.equations,
            method=method,
            method_options=dict(options),
            dt=dt * b2.ms,
            namespace={},
            name="neurons",
        )
        for name, value in {**self.start, **(self.values or {})}.items():
            setattr(group, name, value)
        return group


#: The potential in mV, and what a current of 1 drives is 1 mV/ms
_HODGKIN_HUXLEY = """
dv/dt = (0.05*(-65 - v) - 100*m**3*h*(v - 50) - 30*n**4*(v + 90) + I)/ms : 1
dm/dt = (1.28/exprel((-50 - v)/4)*(1 - m) - 1.4/exprel((v + 23)/5)*m)/ms : 1
dn/dt = (0.16/exprel((-48 - v)/5)*(1 - n) - 0.5*exp((-53 - v)/40)*n)/ms : 1
dh/dt = (0.128*exp((-46 - v)/18)*(1 - h) - 4/(1 + exp((-23 - v)/5))*h)/ms : 1
I : 1
"""
_CURRENTS = np.linspace(1.0, 5.0, 64)


def _hodgkin_huxley(_: float, y: Values) -> Values:
    v, m, n, h = y
    return np.array(
        [
            0.05 * (-65 - v)
            - 100 * m**3 * h * (v - 50)
            - 30 * n**4 * (v + 90)
            + _CURRENTS,
            1.28 / exprel((-50 - v) / 4) * (1 - m) - 1.4 / exprel((v + 23) / 5) * m,
            0.16 / exprel((-48 - v) / 5) * (1 - n) - 0.5 * np.exp((-53 - v) / 40) * n,
            0.128 * np.exp((-46 - v) / 18) * (1 - h)
            - 4 / (1 + np.exp((-23 - v) / 5)) * h,
        ]
    )


HODGKIN_HUXLEY = Model(
    "64 Hodgkin-Huxley neurons",
    _HODGKIN_HUXLEY,
    _hodgkin_huxley,
    {"v": -65.0, "m": 0.0, "n": 0.0, "h": 1.0},
    duration=50.0,
    sampling=0.5,
    n=len(_CURRENTS),
    values={"I": _CURRENTS},
)

_VAN_DER_POL = """
dx/dt = y/ms : 1
dy/dt = (100*(1 - x**2)*y - x)/ms : 1
"""


def _van_der_pol(_: float, state: Values) -> Values:
    x, y = state
    return np.array([y, 100 * (1 - x**2) * y - x])


#: Bound calcium follows free calcium within 1/(10*(100 - bound) + 100) ms
_CALCIUM = """
current = 4.4*0.5*(1 + tanh((v + 1.2)/18))*(v - 120) : 1
dv/dt = (100 - 2*(v + 60) - current - 8*w*(v + 84) - 0.25*c/(c + 1)*(v + 84))/20/ms : 1
dw/dt = 0.04*(0.5*(1 + tanh((v - 2)/30)) - w)*cosh((v - 2)/60)/ms : 1
dc/dt = (-0.01*current - 0.2*c - 10*c*(100 - bound) + 100*bound)/ms : 1
dbound/dt = (10*c*(100 - bound) - 100*bound)/ms : 1
"""


def _calcium(_: float, y: Values) -> Values:
    v, w, c, bound = y
    current = 4.4 * 0.5 * (1 + np.tanh((v + 1.2) / 18)) * (v - 120)
    into_buffer = 10 * c * (100 - bound) - 100 * bound
    others = 8 * w * (v + 84) + 0.25 * c / (c + 1) * (v + 84)
    return np.array(
        [
            (100 - 2 * (v + 60) - current - others) / 20,
            0.04 * (0.5 * (1 + np.tanh((v - 2) / 30)) - w) * np.cosh((v - 2) / 60),
            -0.01 * current - 0.2 * c - into_buffer,
            into_buffer,
        ]
    )


STIFF = {
    "van_der_pol": Model(
        "van der Pol's oscillator, mu = 100",
        _VAN_DER_POL,
        _van_der_pol,
        {"x": 2.0, "y": 0.0},
        duration=200.0,
        sampling=1.0,
    ),
    "calcium": Model(
        "spikes with calcium and a fast buffer",
        _CALCIUM,
        _calcium,
        {"v": -60.0, "w": 0.0, "c": 0.1, "bound": 1.0},
        duration=120.0,
        sampling=1.0,
    ),
}

_CONSTANTS = {
    "Cm": 1 * b2.ufarad * b2.cm**-2,
    "gl": 5e-5 * b2.siemens * b2.cm**-2,
    "El": -65 * b2.mV,
    "EK": -90 * b2.mV,
    "ENa": 50 * b2.mV,
    "g_na": 100 * b2.msiemens * b2.cm**-2,
    "g_kd": 30 * b2.msiemens * b2.cm**-2,
    "VT": -63 * b2.mV,
}
_RATES = {
    "exprel": """
dm/dt = 0.32*(mV**-1)*4*mV/exprel((13*mV - v + VT)/(4*mV))/ms*(1 - m)
    - 0.28*(mV**-1)*5*mV/exprel((v - VT - 40*mV)/(5*mV))/ms*m : 1
dn/dt = 0.032*(mV**-1)*5*mV/exprel((15*mV - v + VT)/(5*mV))/ms*(1 - n)
    - .5*exp((10*mV - v + VT)/(40*mV))/ms*n : 1
""",
    "quotients": """
dm/dt = 0.32*(mV**-1)*(13*mV - v + VT)/(exp((13*mV - v + VT)/(4*mV)) - 1)/ms*(1 - m)
    - 0.28*(mV**-1)*(v - VT - 40*mV)/(exp((v - VT - 40*mV)/(5*mV)) - 1)/ms*m : 1
dn/dt = 0.032*(mV**-1)*(15*mV - v + VT)/(exp((15*mV - v + VT)/(5*mV)) - 1)/ms*(1 - n)
    - .5*exp((10*mV - v + VT)/(40*mV))/ms*n : 1
""",
}


def hodgkin_huxley_in_units(n: int, form: str, method: str, options: Any) -> Any:
    """Return Hodgkin-Huxley neurons as users write them, half of which fire.

    Parameters
    ----------
    n : int
        How many.
    form : str
        Of the rates: with the function ``exprel``, or with quotients, as in Brian's
        tests.
    method : str
        How they are integrated.
    options : mapping
        Options of the method.
    """
    group = b2.NeuronGroup(
        n,
        "dv/dt = (gl*(El - v) - g_na*(m*m*m)*h*(v - ENa) - g_kd*(n*n*n*n)*(v - EK) + I)"
        "/Cm : volt"
        + _RATES[form]
        + """
dh/dt = 0.128*exp((17*mV - v + VT)/(18*mV))/ms*(1 - h)
    - 4./(1 + exp((40*mV - v + VT)/(5*mV)))/ms*h : 1
I : amp/meter**2
""",
        threshold="v > -40*mV",
        refractory="v > -40*mV",
        method=method,
        method_options=options,
        namespace=_CONSTANTS,
        name="neurons",
    )
    group.v = "El - 5*mV + 10*mV*i/N"
    group.I = "0.7*nA/(20000*umetre**2)*(0.5 + i/(N - 1.0))"
    return group
