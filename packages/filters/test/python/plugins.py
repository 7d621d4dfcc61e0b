"""Writes and checks datasets with the filter plugins that this Python's libhdf5 finds.

plugins.py write FILE    writes datasets, prints {"version", "filters": [ids], "data": {name: base64}}
plugins.py check FILE    reads all datasets of FILE, prints {name: base64, or the error as {"error"}}
"""

import base64
import json
import sys

import h5py
import numpy

try:
    import hdf5plugin

    VERSION = "hdf5plugin " + hdf5plugin.version
except ImportError:
    VERSION = "plugins of libhdf5 " + h5py.version.hdf5_version

BLOSC = [(0, 0, 0, 0, 5, shuffle, code) for code in range(6) for shuffle in range(3)]
OPTIONS = {
    307: [(1,), (9,)],
    32001: BLOSC,
    32004: [(), (0,), (1000,)],
    32008: [(0, 0), (0, 2), (64, 2)],
    32015: [(1,), (3,), (19,)],
    32026: BLOSC + [(0, 0, 0, 0, 5, 3, 1), (0, 0, 0, 0, 9, 4, 5), (0, 64, 0, 0, 5, 1, 1)],
}


def samples():
    random = numpy.random.default_rng(1)
    waves = numpy.round(1000 * numpy.sin(numpy.arange(6000) / 40))
    for dtype in ("<i2", ">i4", "<u8", "<f4", ">f8", "u1"):
        yield "waves", waves.astype(dtype)
        yield "noise", random.integers(0, 200, 6000).astype(dtype)
        yield "cube", waves.astype(dtype).reshape(10, 20, 30)
        yield "large", numpy.arange(60_000).astype(dtype)
    yield "texts", numpy.array([b"some text %d" % i for i in range(500)], dtype="S13")
    pairs = numpy.zeros(700, dtype=[("a", "<i2"), ("b", "<f8")])
    pairs["a"] = numpy.arange(700)
    pairs["b"] = numpy.arange(700) / 7
    yield "pairs", pairs


def stored(array):
    if array.dtype.kind in "iuf":
        array = array.astype(array.dtype.newbyteorder("<"))
    return base64.b64encode(numpy.ascontiguousarray(array).tobytes()).decode()


def write(path):
    filters = [number for number in OPTIONS if h5py.h5z.filter_avail(number)]
    data = {}
    with h5py.File(path, "w") as file:
        for number in filters:
            for options in OPTIONS[number]:
                for what, array in samples():
                    name = "%d %s %s %s" % (number, ".".join(map(str, options)), what, array.dtype.str.replace("|", ""))
                    chunks = tuple(-(-extent * 2 // 3) for extent in array.shape)
                    try:
                        file.create_dataset(
                            name, data=array, chunks=chunks, compression=number, compression_opts=options
                        )
                        file.flush()
                        array = file[name][...]
                    except (OSError, ValueError, RuntimeError):
                        # A build without that compressor. What was made of the dataset is no example.
                        if name in file:
                            del file[name]
                        continue
                    data[name] = stored(array)
    print(json.dumps({"version": VERSION, "filters": filters, "data": data}))


def check(path):
    read = {}
    with h5py.File(path, "r") as file:
        for name in file:
            try:
                read[name] = stored(file[name][...])
            except (OSError, RuntimeError) as error:
                read[name] = {"error": str(error)}
    print(json.dumps(read))


{"write": write, "check": check}[sys.argv[1]](sys.argv[2])
