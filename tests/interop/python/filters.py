"""Files with the filters lzf, szip, nbit and scale-offset, written by h5py; and files of others, checked chunk by chunk.

    filters.py write FILE        makes FILE; prints what is in it
    filters.py check FILE        prints what is wrong with FILE: other values than libhdf5 would read,
                                 other client data and other chunks than it would have written
"""
import base64
import json
import sys

import h5py
import numpy as np
from h5py import h5d, h5p, h5s, h5t, h5z

INTEGERS = ["<i1", "<u1", "<i2", ">i2", "<u2", ">u2", "<i4", ">i4", "<u4", ">u4", "<i8", ">i8", "<u8", ">u8"]
FLOATS = ["<f4", ">f4", "<f8", ">f8"]
FILTERS = {"lzf": 32000, "szip": 4, "nbit": 5, "scaleoffset": 6}
random = np.random.default_rng(2026)


def samples(code, shape):
    """Data of every kind that a coder treats in its own way."""
    dtype = np.dtype(code)
    native = dtype.newbyteorder("=")
    if dtype.kind == "f":
        noise = random.standard_normal(shape)
        filled = np.where(random.random(shape) < 0.4, 0, noise * 10)
        made = {"noise": noise * 1000, "walk": np.cumsum(noise.ravel()).reshape(shape), "filled": filled, "zeros": noise * 0}
        made["constant"] = made["zeros"] + 3.25
        made["huge"] = noise * 1e30
        return {name: values.astype(dtype) for name, values in made.items()}
    info = np.iinfo(dtype)
    small = random.integers(0, 20, shape)
    walk = np.clip(np.cumsum(random.integers(-3, 4, shape).ravel()).reshape(shape) + 60, info.min, info.max)
    top = info.max - random.integers(0, 5, shape).astype(native)
    extremes = np.zeros(shape, native)
    extremes.flat[:2] = [info.min, info.max]
    almost = np.full(shape, info.min + 1, native)
    almost.flat[1:3] = [info.max, info.min + 3]
    made = {
        "noise": random.integers(info.min, info.max, shape, dtype=native, endpoint=True),
        "small": small - (5 if dtype.kind == "i" else 0),
        "walk": walk,
        "filled": np.where(random.random(shape) < 0.5, 0, small),
        "zeros": np.zeros(shape, native),
        "constant": np.full(shape, 7, native),
        "top": top,
        "extremes": extremes,
        "almost": almost,
    }
    return {name: values.astype(dtype) for name, values in made.items()}


def filter_options(dtype):
    for compression_opts in [("nn", 8), ("ec", 8), ("nn", 32), ("ec", 2), ("nn", 10)]:
        yield {"compression": "szip", "compression_opts": compression_opts}
    yield {"compression": "szip", "compression_opts": ("nn", 16), "shuffle": True, "fletcher32": True}
    yield {"compression": "lzf"}
    yield {"compression": "lzf", "shuffle": True, "fletcher32": True}
    if dtype.kind == "f":
        yield {"scaleoffset": 0}
        yield {"scaleoffset": 2, "fillvalue": 1.5}
        yield {"scaleoffset": 4, "fillvalue": np.nan, "compression": "gzip"}
    else:
        yield {"scaleoffset": True}
        yield {"scaleoffset": True, "fillvalue": 7, "shuffle": True, "compression": "lzf"}
        yield {"scaleoffset": dtype.itemsize * 8 - 1, "fillvalue": 3}
        yield {"scaleoffset": dtype.itemsize * 8}


def write_plain(file):
    count = 0
    for code in INTEGERS + FLOATS:
        for shape, chunks in [((300,), (100,)), ((9, 13), (5, 7)), ((64, 70), (64, 70))]:
            for kind, values in samples(code, shape).items():
                for index, options in enumerate(filter_options(np.dtype(code))):
                    # Every kind of data meets every filter, though not in every shape.
                    if (count + index) % 3 == 0:
                        name = f"{code[1:]} {code[0]} {shape} {kind} {index}"
                        file.create_dataset(name, data=values, chunks=chunks, **options)
                count += 1


def narrow_integer(size, order, precision, offset, signed):
    base = {1: h5t.STD_I8LE, 2: h5t.STD_I16LE, 4: h5t.STD_I32LE, 8: h5t.STD_I64LE}[size].copy()
    base.set_order(order)
    base.set_sign(h5t.SGN_2 if signed else h5t.SGN_NONE)
    base.set_precision(precision)
    base.set_offset(offset)
    return base


def create(file, name, datatype, shape, chunks, filters):
    properties = h5p.create(h5p.DATASET_CREATE)
    properties.set_chunk(chunks)
    for number, values in filters:
        properties.set_filter(number, h5z.FLAG_OPTIONAL, values)
    return h5d.create(file.id, name.encode(), datatype, h5s.create_simple(shape), properties)


def write_narrow(file):
    """Numbers that have fewer bits than their bytes, alone, in arrays and in compounds."""
    nbit = [(FILTERS["nbit"], ())]
    for size in [1, 2, 4, 8]:
        for order in [h5t.ORDER_LE, h5t.ORDER_BE]:
            for precision in sorted({1, 3, 8, 8 * size - 3, 4 * size + 1}):
                if precision > 8 * size:
                    continue
                for offset in sorted({0, 3, 8 * size - precision}):
                    if precision + offset > 8 * size:
                        continue
                    # libhdf5 takes narrow integers of one byte in big-endian order for whole ones, and loses their sign.
                    for signed in [False, True] if precision > 1 and (size > 1 or order == h5t.ORDER_LE) else [False]:
                        datatype = narrow_integer(size, order, precision, offset, signed)
                        low, high = (-(1 << precision - 1), (1 << precision - 1) - 1) if signed else (0, (1 << precision) - 1)
                        values = np.array([int(low + (high - low) * i / 89) for i in range(90)], dtype=f"{'i' if signed else 'u'}{size}")
                        # szip is told how many bits are meant, and loses its way where sign bits fill the padding too.
                        for filters in [nbit] if signed else [nbit, [(FILTERS["szip"], (0x20 | 0x80 | 1, 8))]]:
                            label = f"narrow {size} {order} {precision} {offset} {signed} {filters[0][0]}"
                            dataset = create(file, label, datatype, (90,), (40,), filters)
                            dataset.write(h5s.ALL, h5s.ALL, values)
    inner = h5t.create(h5t.COMPOUND, 9)
    inner.insert(b"x", 1, narrow_integer(4, h5t.ORDER_BE, 17, 5, True))
    inner.insert(b"y", 5, narrow_integer(2, h5t.ORDER_LE, 11, 2, False))
    outer = h5t.create(h5t.COMPOUND, 60)
    outer.insert(b"a", 0, narrow_integer(2, h5t.ORDER_LE, 9, 4, True))
    outer.insert(b"text", 2, h5t.py_create(np.dtype("S5"), logical=True))
    outer.insert(b"list", 8, h5t.array_create(narrow_integer(4, h5t.ORDER_LE, 20, 7, False), (2, 3)))
    outer.insert(b"double", 32, h5t.IEEE_F64BE)
    # Last, since libhdf5 loses its place in the parameters after an array of compounds.
    outer.insert(b"pairs", 40, h5t.array_create(inner, (2,)))
    dataset = create(file, "compound", outer, (25,), (8,), nbit)
    values = np.zeros(25, dataset.dtype)
    for i in range(25):
        values[i] = (i * 10 - 120, b"t%d" % i, np.arange(6).reshape(2, 3) * i * 1000, i / 7, [(i * -2000, i * 80), (i * 2000, i)])
    dataset.write(h5s.ALL, h5s.ALL, values)
    for label, code in [("text", "S4"), ("flag", "?"), ("pair", [("a", "<i4"), ("b", "<f8")]), ("whole", "<i4")]:
        dataset = create(file, f"nothing to pack {label}", h5t.py_create(np.dtype(code), logical=True), (20,), (6,), nbit)
        dataset.write(h5s.ALL, h5s.ALL, np.zeros(20, code) if label != "whole" else np.arange(20, dtype="<i4"))


def little(values):
    return base64.b64encode(np.ascontiguousarray(values.astype(values.dtype.newbyteorder("<"))).tobytes()).decode()


def described(values):
    if values.dtype.kind == "S":
        return [text.decode() for text in values.ravel()]
    if values.dtype.names is None:
        return little(values)
    return {name: described(values[name]) for name in values.dtype.names}


def write(path):
    with h5py.File(path, "w") as file:
        write_plain(file)
        if h5py.version.hdf5_version_tuple[0] < 2:
            # From 2.0 on libhdf5 makes such datatypes only when it is told to, which h5py has no word for.
            write_narrow(file)
    # Opened anew: the chunk cache holds what was written, not what was stored.
    with h5py.File(path, "r") as file:
        return {name: described(dataset[()]) for name, dataset in file.items()}


def check(path):
    problems = []
    with h5py.File(path, "r") as file, h5py.File("check", "w", driver="core", backing_store=False) as own:
        for name, dataset in file.items():
            if dataset is None and name.startswith("narrow") and h5py.version.hdf5_version_tuple[0] >= 2:
                # Neither does it open such datatypes unless it is told to.
                continue
            wanted = json.loads(dataset.attrs["options"])
            mine = recreate(own, name, dataset, wanted)
            problems += [f"{name}: {problem}" for problem in differences(dataset, mine, wanted)]
    return problems


def recreate(own, name, dataset, wanted):
    properties = h5p.create(h5p.DATASET_CREATE)
    properties.set_chunk(dataset.chunks)
    if dataset.id.get_create_plist().fill_value_defined() == h5d.FILL_VALUE_USER_DEFINED:
        properties.set_fill_value(np.array(dataset.fillvalue, dataset.dtype))
    if wanted.get("nbit"):
        properties.set_filter(FILTERS["nbit"], h5z.FLAG_OPTIONAL)
    if wanted.get("scaleOffset") is not None:
        factor = 0 if wanted["scaleOffset"] is True else wanted["scaleOffset"]
        properties.set_scaleoffset(h5z.SO_INT if dataset.dtype.kind in "iu" else h5z.SO_FLOAT_DSCALE, factor)
    if wanted.get("shuffle"):
        properties.set_shuffle()
    if wanted.get("compression") == "szip":
        method, pixels = wanted.get("compressionOptions") or ("nn", 8)
        properties.set_szip(h5z.SZIP_NN_OPTION_MASK if method == "nn" else h5z.SZIP_EC_OPTION_MASK, pixels)
    if isinstance(wanted.get("compression"), int):
        properties.set_deflate(wanted["compression"])
    if wanted.get("compression") == "lzf":
        properties.set_filter(FILTERS["lzf"], h5z.FLAG_OPTIONAL)
    if wanted.get("fletcher32"):
        properties.set_fletcher32()
    try:
        made = h5d.create(own.id, name.encode(), dataset.id.get_type(), dataset.id.get_space(), properties)
    except ValueError as error:
        if "unusual datatype" in str(error):
            return None
        raise
    mine = h5py.Dataset(made)
    # What was written, as the file says beside the data: reading it back would round it.
    mine[...] = dataset.attrs["source"].reshape(dataset.shape) if "source" in dataset.attrs else dataset[...]
    own.flush()
    return mine


def filters_of(dataset):
    properties = dataset.id.get_create_plist()
    found = [properties.get_filter(i) for i in range(properties.get_nfilters())]
    # h5py asks for 16 values, and reports what lay in its memory where there are more.
    return [(number, flags, values[:16], name) for number, flags, values, name in found]


def differences(dataset, mine, wanted):
    values = dataset[...]
    source = dataset.attrs["source"].reshape(dataset.shape) if "source" in dataset.attrs else None
    if source is not None and wanted.get("exact", True) and values.tobytes() != source.astype(dataset.dtype).tobytes():
        yield f"libhdf5 reads {values.ravel()[:5]} where {source.ravel()[:5]} was written"
    if "decimals" in wanted:
        source, kept = source.astype(float), np.isfinite(source)
        # One of the last decimal, since what is nearer than that to the fill value becomes it, and the steps of the floats.
        steps = np.finfo(dataset.dtype.newbyteorder("=")).eps * np.abs(source[kept]).max()
        tolerance = 10.0 ** -wanted["decimals"] + 8 * steps
        if not np.array_equal(np.isnan(values), np.isnan(source)) or (np.abs(values[kept] - source[kept]) > tolerance).any():
            yield f"libhdf5 reads {values.ravel()[:5]} where {source.ravel()[:5]} was rounded to {wanted['decimals']} decimals"
    if mine is None:
        return
    if filters_of(dataset) != filters_of(mine):
        yield f"filters {filters_of(dataset)}, libhdf5 would store {filters_of(mine)}"
    if wanted.get("compression") == "lzf" or not wanted.get("same", True):
        return
    for i in range(dataset.id.get_num_chunks()):
        at = dataset.id.get_chunk_info(i).chunk_offset
        ours, theirs = dataset.id.read_direct_chunk(at), mine.id.read_direct_chunk(at)
        if ours[0] != theirs[0] or bytes(ours[1]) != bytes(theirs[1]):
            yield f"chunk {at}: mask {ours[0]}, {len(ours[1])} bytes; libhdf5 would store mask {theirs[0]}, {len(theirs[1])} bytes"


print(json.dumps({"write": write, "check": check}[sys.argv[1]](sys.argv[2])))
