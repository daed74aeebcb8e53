"""The job in C, for the tools that take C or C++.

Everything takes and returns integers of 64 bits; addresses are such integers.
"""

from __future__ import annotations

from benchmarks.tools_compared.job import DELAY, UPDATES

__all__ = ["CONTAINERS", "CONTAINER_FUNCTIONS", "FLAGS", "LOOP", "kernel_source"]

#: Brian's default flags for gcc
FLAGS = ("-w", "-O3", "-ffast-math", "-fno-finite-math-only", "-march=native")

_KERNEL = """\
#include <math.h>
#include <stdint.h>

extern "C" int64_t kernel_%(name)s(int64_t address) {
    const int64_t *table = (const int64_t *) address;
    const int64_t n = table[0];
    double *__restrict v = (double *) table[1];
    const double *__restrict drive = (const double *) table[2];
    const double *__restrict tau = (const double *) table[3];
    int32_t *__restrict spikes = (int32_t *) table[4];
    const double *__restrict parameters = (const double *) table[5];
    const double decay = parameters[0], dt = parameters[1];
    for (int64_t k = 0; k < n; k++)
        v[k] = %(update)s;
    int64_t count = 0;
    for (int64_t k = 0; k < n; k++)
        if (v[k] > 1.0)
            spikes[count++] = (int32_t) k;
    for (int64_t k = 0; k < count; k++)
        v[spikes[k]] = 0.0;
    return count;
}
"""

#: Calls a kernel n times
LOOP = """\
#include <stdint.h>

extern "C" int64_t loop(int64_t kernel, int64_t table, int64_t n_steps) {
    int64_t (*function)(int64_t) = (int64_t (*)(int64_t)) kernel;
    int64_t total = 0;
    for (int64_t step = 0; step < n_steps; step++)
        total += function(table);
    return total;
}
"""

#: An array that grows, and a queue of spikes that have the same delay: for each time
#: step, a row of neurons. The array is three words, its address, size and capacity; the
#: queue has those of its slots, offset, columns, counts and rows.
CONTAINERS = """\
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct Numbers { double *data; int64_t size, capacity; };

static inline int append(struct Numbers *array, double value) {
    if (array->size == array->capacity) {
        int64_t larger = array->capacity ? 2 * array->capacity : 16;
        double *data = (double *) realloc(array->data, larger * sizeof(double));
        if (!data)
            return 0;
        array->data = data;
        array->capacity = larger;
    }
    array->data[array->size++] = value;
    return 1;
}

extern "C" int64_t fill(int64_t address, int64_t n) {
    struct Numbers *array = (struct Numbers *) address;
    for (int64_t k = 0; k < n; k++)
        if (!append(array, (double) k))
            return -1;
    return 0;
}

static const int64_t DELAY = @DELAY@;

struct Queue { int64_t n_slots, offset, columns, *counts; int32_t *rows; };

static int widen(struct Queue *queue, int64_t columns) {
    int32_t *rows = (int32_t *) malloc(queue->n_slots * columns * sizeof(int32_t));
    if (!rows)
        return 0;
    for (int64_t slot = 0; slot < queue->n_slots; slot++)
        if (queue->counts[slot])
            memcpy(rows + slot * columns, queue->rows + slot * queue->columns,
                   queue->counts[slot] * sizeof(int32_t));
    free(queue->rows);
    queue->rows = rows;
    queue->columns = columns;
    return 1;
}

static int push(struct Queue *queue, const int32_t *spikes, int64_t n) {
    int64_t slot = (queue->offset + DELAY) % queue->n_slots;
    int64_t needed = queue->counts[slot] + n;
    if (needed > queue->columns && !widen(queue, 2 * needed))
        return 0;
    memcpy(queue->rows + slot * queue->columns + queue->counts[slot], spikes,
           n * sizeof(int32_t));
    queue->counts[slot] = needed;
    return 1;
}

extern "C" int64_t steps(int64_t address, int64_t spikes, int64_t n, int64_t n_steps) {
    struct Queue *queue = (struct Queue *) address;
    int64_t sum = 0;
    for (int64_t step = 0; step < n_steps; step++) {
        if (!push(queue, (const int32_t *) spikes, n))
            return -1;
        const int32_t *due = queue->rows + queue->offset * queue->columns;
        for (int64_t k = 0; k < queue->counts[queue->offset]; k++)
            sum += due[k];
        queue->counts[queue->offset] = 0;
        queue->offset = (queue->offset + 1) % queue->n_slots;
    }
    return sum;
}
""".replace("@DELAY@", str(DELAY))
#: How many arguments each has
CONTAINER_FUNCTIONS = {"fill": 2, "steps": 4}


def kernel_source(name: str) -> str:
    """Return a kernel in C."""
    return _KERNEL % {"name": name, "update": UPDATES[name]}
