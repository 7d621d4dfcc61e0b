"""Makes the files that the tasks read, and runs the tasks with h5py.

    python3 bench/h5py_tasks.py data FOLDER MIB
    python3 bench/h5py_tasks.py measure '{"task": "groups.walk", "path": "...", "repetitions": 3}'
"""
import json
import os
import resource
import sys
import time

import h5py
import numpy as np

CHUNKS = (16, 64, 64)
WRITES = {
    "contiguous.write": {},
    "chunked.write": {"chunks": CHUNKS},
    "deflate.write": {"chunks": CHUNKS, "compression": "gzip", "compression_opts": 4, "shuffle": True},
    "deflate-alone.write": {"chunks": CHUNKS, "compression": "gzip", "compression_opts": 4},
}


def measurements(count):
    """The values of `measurements` in tasks.mjs, up to the seed: as compressible, not the same."""
    noise = np.random.default_rng(1).random(count) / 4
    return (np.round((280 + 15 * np.sin(np.arange(count) / 5000) + noise) * 1000) / 1000).astype("f4")


def cube(mib):
    return measurements(mib << 18).reshape(-1, 256, 256)


def make_data(folder, mib):
    os.makedirs(folder, exist_ok=True)
    path = lambda name: os.path.join(folder, name)
    with h5py.File(path("contiguous.h5"), "w") as file:
        # Always the same size: the memory of reading it is measured too.
        data = file.create_dataset("data", data=np.arange(256 << 17, dtype="f8"))
        manifest = {"mib": mib, "contiguous": {"offset": data.id.get_offset(), "byteLength": int(data.nbytes)}}
    with h5py.File(path("chunked.h5"), "w") as file:
        file.create_dataset("data", data=cube(mib), chunks=CHUNKS)
    with h5py.File(path("deflate.h5"), "w") as file:
        file.create_dataset("data", data=cube(mib), **WRITES["deflate.write"])
    with h5py.File(path("groups.h5"), "w") as file:
        for i in range(100):
            parent = file.create_group(f"parent_{i:03d}")
            for k in range(99):
                parent.create_group(f"child_{k:03d}")
    with open(path("manifest.json"), "w") as out:
        json.dump(manifest, out)


def fingerprint(values):
    flat = values.reshape(-1)
    total = flat.size
    for value in flat[:: max(1, flat.size // 997)]:
        total = (total * 31 + float(value)) % 1e9
    return total


def read(order):
    with h5py.File(order["path"], "r") as file:
        values = file["data"][()]
    return lambda: fingerprint(values)


def write(order, data):
    options = WRITES[order["task"]]
    shaped = data.reshape(-1, 256, 256) if options else data
    with h5py.File(order["path"], "w") as file:
        file.create_dataset("data", data=shaped, **options)
    return lambda: data.size


def walk(order):
    count = 0

    def visit(_name, _object):
        nonlocal count
        count += 1

    with h5py.File(order["path"], "r") as file:
        file.visititems(visit)
    return lambda: count


def append(order):
    rows = order["rows"]
    row = np.arange(16, dtype="f8")
    with h5py.File(order["path"], "w") as file:
        data = file.create_dataset("data", (0, 16), "f8", chunks=(1024, 16), maxshape=(None, 16))
        for i in range(rows):
            row[0] = i
            data.resize(i + 1, axis=0)
            data[i] = row
    return lambda: rows


def measure(order):
    task = order["task"]
    if task in WRITES:
        data = measurements(order["mib"] << 18)
        run = lambda: write(order, data)
    else:
        run = {"groups.walk": walk, "rows.append": append}.get(task, read)
        run = (lambda body: lambda: body(order))(run)
    peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    before = peak()
    times, peak_mib, check = [], 0, None
    for _ in range(order["repetitions"]):
        start = time.perf_counter()
        answer = run()
        times.append((time.perf_counter() - start) * 1000)
        peak_mib = peak_mib or peak() - before
        check = answer()
    print(json.dumps({"times": times, "peakMib": peak_mib, "check": check}))


if sys.argv[1] == "data":
    make_data(sys.argv[2], int(sys.argv[3]))
else:
    measure(json.loads(sys.argv[2]))
