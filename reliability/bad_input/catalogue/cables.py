"""Multi-compartment neurons."""

from reliability.bad_input.case import refused, warned

__all__ = ["CASES"]

CASES = (
    refused(
        'made = SpatialNeuron(morphology=Cylinder(length=-10*um, diameter=1*um, n=3), model="Im = 0*amp/meter**2 : amp/meter**2", name="made")',
        "ValueError",
        "The length of a Cylinder has to be positive and finite, not",
    ),
    refused(
        'made = SpatialNeuron(morphology=Cylinder(length=10*um, diameter=0*um, n=3), model="Im = 0*amp/meter**2 : amp/meter**2", name="made")',
        "ValueError",
        "The diameter of a Cylinder has to be positive and finite, not",
    ),
    refused(
        "Cylinder(length=10*um, diameter=1*um, n=0)",
        "ValueError",
        "The number of compartments n has to be at least 1.",
    ),
    warned(
        "Cylinder(length=10*um, diameter=1*um, n=2.5)",
        "The number of compartments n should be whole: 2.5 counts as 2.",
    ),
    refused(
        "Cylinder(length=nan*um, diameter=1*um, n=2)",
        "ValueError",
        "The length of a Cylinder has to be positive and finite, not nan",
    ),
    refused(
        "Cylinder(length=10, diameter=1*um, n=2)",
        "DimensionMismatchError",
        "Function '__init__' expected a quantity with unit meter for",
    ),
    refused(
        'made = SpatialNeuron(morphology=Cylinder(length=10*um, diameter=1*um, n=3), model="Im = 0*amp/meter**2 : amp/meter**2", Ri=0*ohm*cm, name="made"); run(1*ms)',
        "ValueError",
        "Ri of the SpatialNeuron 'made' has to be positive and finite,",
    ),
    refused(
        'made = SpatialNeuron(morphology=Cylinder(length=10*um, diameter=1*um, n=3), model="Im = 0*amp/meter**2 : amp/meter**2", Ri=-100*ohm*cm, name="made"); run(1*ms)',
        "ValueError",
        "Ri of the SpatialNeuron 'made' has to be positive and finite,",
    ),
    refused(
        'made = SpatialNeuron(morphology=Cylinder(length=10*um, diameter=1*um, n=3), model="Im = 0*amp/meter**2 : amp/meter**2", Ri=nan*ohm*cm, name="made"); run(1*ms)',
        "ValueError",
        "Ri of the SpatialNeuron 'made' has to be positive and finite,",
    ),
    refused(
        'made = SpatialNeuron(morphology=Cylinder(length=10*um, diameter=1*um, n=3), model="Im = 0*amp/meter**2 : amp/meter**2", Cm=0*uF/cm**2, name="made"); run(1*ms)',
        "ValueError",
        "Cm of the SpatialNeuron 'made' has to be positive and finite,",
    ),
    refused(
        'made = SpatialNeuron(morphology=Cylinder(length=10*um, diameter=1*um, n=3), model="Im = 0*amp/meter**2 : amp/meter**2", Cm=-1*uF/cm**2, name="made"); run(1*ms)',
        "ValueError",
        "Cm of the SpatialNeuron 'made' has to be positive and finite,",
    ),
    refused(
        'made = SpatialNeuron(morphology=Cylinder(length=10*um, diameter=1*um, n=3), model="Im = 0*amp/meter**2 : amp/meter**2", name="made"); made.v[7] = 1*mV',
        "IndexError",
        "Index 7 is out of range: there are 3 elements, from 0 to 2.",
    ),
    warned(
        'made = SpatialNeuron(morphology=Cylinder(length=10*um, diameter=1*um, n=3), model="Im = 0*amp/meter**2 : amp/meter**2", threshold="v > 0*mV", threshold_location=9, name="made"); run(1*ms)',
        "The NeuronGroup 'made' sets a threshold but neither a reset",
    ),
)
