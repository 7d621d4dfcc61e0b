"""Datasets that have their chunks found by every kind of index, and what libhdf5 says of the chunks."""
import base64
import ctypes

import h5py
import numpy as np
from h5py import h5d, h5p, h5s, h5t

SHAPES = {1: ((37,), (5,)), 2: ((13, 11), (4, 3)), 3: ((7, 6, 5), (3, 2, 2)), 4: ((5, 4, 3, 3), (2, 2, 2, 1))}
FILTERS = {
    "plain": [],
    "gzip": [lambda plist: plist.set_deflate(4)],
    "all": [lambda plist: plist.set_shuffle(), lambda plist: plist.set_deflate(1), lambda plist: plist.set_fletcher32()],
}
DONT_FILTER_PARTIAL_CHUNKS = 2
UNLIMITED = h5s.UNLIMITED


def library():
    """The libhdf5 that h5py itself has loaded."""
    with open("/proc/self/maps") as maps:
        for line in maps:
            path = line.split()[-1]
            name = path.rsplit("/", 1)[-1]
            if name.startswith("libhdf5") and "_hl" not in name:
                return ctypes.CDLL(path)
    raise RuntimeError("libhdf5 is not loaded")


def max_shapes(shape, chunks):
    """Largest shapes that lead to each kind of index."""
    yield "fixed", tuple(3 * extent for extent in shape)
    yield "single", shape
    for axis in range(len(shape)):
        yield "endless%d" % axis, tuple(UNLIMITED if i == axis else 2 * n for i, n in enumerate(shape))
    if len(shape) > 1:
        yield "tree", tuple(UNLIMITED if i < 2 else n for i, n in enumerate(shape))
        yield "alltree", (UNLIMITED,) * len(shape)


def make(file, name, shape, chunks, maxshape, filters, early=False, partial=False, fill=None):
    plist = h5p.create(h5p.DATASET_CREATE)
    plist.set_chunk(chunks)
    for add in FILTERS[filters]:
        add(plist)
    if early:
        plist.set_alloc_time(h5d.ALLOC_TIME_EARLY)
    if fill is not None:
        plist.set_fill_value(np.array(fill, dtype="<i4"))
    if partial:
        setter = library().H5Pset_chunk_opts
        setter.argtypes = [ctypes.c_int64, ctypes.c_uint]
        if setter(plist.id, DONT_FILTER_PARTIAL_CHUNKS) < 0:
            raise RuntimeError("H5Pset_chunk_opts")
    space = h5s.create_simple(shape, maxshape)
    return h5py.Dataset(h5d.create(file.id, name.encode(), h5t.py_create(np.dtype("<i4")), space, plist))


def write(dataset, how, rng):
    shape = dataset.shape
    if how == "full":
        dataset[...] = rng.integers(-1000, 1000, shape) if hasattr(rng, "integers") else rng.randint(-1000, 1000, shape)
    elif how == "sparse":
        dataset[tuple(0 for _ in shape)] = 11
        dataset[tuple(n - 1 for n in shape)] = 22
        dataset[tuple(n // 2 for n in shape)] = 33
    elif how == "resized":
        write(dataset, "full", rng)
        limits = [n if n is not None else 10**9 for n in dataset.maxshape]
        dataset.resize(tuple(min(most, 2 * n - 1) for n, most in zip(shape, limits)))
        dataset[tuple(n - 1 for n in dataset.shape)] = 44
        dataset.resize(tuple(min(most, n + 1) for n, most in zip(shape, limits)))


def cases(file):
    rng = np.random.default_rng(5)
    for rank, (shape, chunks) in SHAPES.items():
        for kind, maxshape in max_shapes(shape, chunks):
            for filters in FILTERS:
                for how in ("full", "sparse", "resized", "none"):
                    if (how == "resized" and kind == "single") or (how == "none" and filters != "plain"):
                        continue
                    for partial in (False, True) if filters != "plain" and kind != "single" else (False,):
                        name = "rank%d %s %s %s%s" % (rank, kind, filters, how, " partial" if partial else "")
                        whole = shape if kind == "single" else chunks
                        fill = 7 if how == "sparse" else None
                        write(make(file, name, shape, whole, maxshape, filters, partial=partial, fill=fill), how, rng)
        for how in ("full", "none", "resized"):
            limits = tuple(2 * n for n in shape)
            write(make(file, "rank%d implicit %s" % (rank, how), shape, chunks, limits, "plain", early=True), how, rng)
    # Arrays with pages, of which most are never written.
    for filters in ("plain", "gzip"):
        paged = make(file, "paged fixed " + filters, (9000,), (2,), (10001,), filters)
        paged[0:10] = 1
        paged[5000:5003] = 2
        paged[8999] = 3
        paged = make(file, "paged endless " + filters, (2, 150000), (2, 1), (2, UNLIMITED), filters)
        paged[:, 0:7] = 4
        paged[1, 140000:140003] = 5
        paged[0, 149999] = 6


def make_chunk_indexes(path, libver, userblock):
    """A file with every kind; the answer is what h5py reads of each dataset."""
    with h5py.File(path, "w", libver=libver, userblock_size=userblock) as file:
        cases(file)
    answers = {}
    with h5py.File(path, "r") as file:
        for name, dataset in file.items():
            step = tuple(slice(1, None, 2) for _ in dataset.shape)
            infos = [dataset.id.get_chunk_info(i) for i in range(dataset.id.get_num_chunks())]
            answers[name] = {
                "shape": list(dataset.shape),
                "data": base64.b64encode(dataset[()].tobytes()).decode(),
                "step": base64.b64encode(dataset[step].tobytes()).decode(),
                "offsetsAreTrue": offsets_are_true(dataset),
                "chunks": [
                    [list(info.chunk_offset), info.byte_offset, info.size, info.filter_mask] for info in infos
                ],
                "first": first_chunk(dataset, infos) if offsets_are_true(dataset) else None,
            }
    return answers


def offsets_are_true(dataset):
    """
    Going through an extensible array whose first axis has a limit, libhdf5 (to 2.0 at least) gives its chunks with offsets
    that are not theirs, and does not find them by their own.
    """
    endless = [axis for axis, most in enumerate(dataset.maxshape) if most is None]
    return not (len(endless) == 1 and endless[0] > 0)


def first_chunk(dataset, infos):
    if not infos:
        return None
    mask, data = dataset.id.read_direct_chunk(infos[0].chunk_offset)
    return [mask, base64.b64encode(data).decode()]


def iter_chunks(path, cases):
    """What h5py's iter_chunks gives: starts and stops of the slices."""
    with h5py.File(path, "r") as file:
        answers = []
        for name, region in cases:
            selection = None if region is None else tuple(slice(*pair) for pair in region)
            found = file[name].iter_chunks(selection)
            answers.append([[[part.start, part.stop] for part in chunk] for chunk in found])
        return answers


KINDS = {
    "btree1": ("v108", lambda shape: shape),
    "farray": ("latest", lambda shape: shape),
    "earray": ("latest", lambda shape: (UNLIMITED,) + shape[1:]),
    "btree2": ("latest", lambda shape: (UNLIMITED,) * len(shape)),
}


def make_many_chunks(path, kind):
    """A million chunks of one element, all stored: the fill value but in three places, which are the answer."""
    libver, maxshape = KINDS[kind]
    shape = (1000, 1000) if kind == "btree2" else (1000000,)
    plist = h5p.create(h5p.DATASET_CREATE)
    plist.set_chunk((1,) * len(shape))
    plist.set_alloc_time(h5d.ALLOC_TIME_EARLY)
    plist.set_fill_value(np.array(7, dtype="<u4"))
    if kind == "farray":
        # Without a filter the index of chunks that are all allocated at once would be implicit.
        plist.set_shuffle()
    with h5py.File(path, "w", libver=libver) as file:
        space = h5s.create_simple(shape, maxshape(shape))
        dataset = h5py.Dataset(h5d.create(file.id, b"x", h5t.py_create(np.dtype("<u4")), space, plist))
        places = [3, 456789, 999999]
        for value, place in enumerate(places):
            dataset[np.unravel_index(place, shape)] = 100 + value
        return [[place, 100 + value] for value, place in enumerate(places)]


def make_sparse(path, kind):
    """A terabyte of which four chunks of a mebibyte are stored."""
    libver, maxshape = KINDS[kind]
    shape = (131072, 1048576)
    with h5py.File(path, "w", libver=libver) as file:
        limits = tuple(None if n == UNLIMITED else n for n in maxshape(shape))
        dataset = file.create_dataset("x", shape, "<f8", chunks=(64, 2048), maxshape=limits, fillvalue=1.5)
        for row, column in ((0, 0), (64 * 1000, 2048 * 300), (64 * 1000, 2048 * 301), (131071, 1048575)):
            dataset[row, column] = row + column


def make_large_chunks(path):
    """Chunks of a little more than 4 GiB, of which next to nothing takes space on the disk."""
    side = 2**32 + 4096
    kinds = {
        "single": ((side,), (side,), (side,)),
        "earray": ((2 * side,), (side,), (UNLIMITED,)),
        "btree2": ((2, side), (1, side), (UNLIMITED, UNLIMITED)),
        "implicit": ((2, side), (1, side), (2, side)),
    }
    with h5py.File(path, "w", libver="latest") as file:
        for kind, (shape, chunks, maxshape) in kinds.items():
            plist = h5p.create(h5p.DATASET_CREATE)
            plist.set_chunk(chunks)
            plist.set_alloc_time(h5d.ALLOC_TIME_EARLY)
            plist.set_fill_time(h5d.FILL_TIME_NEVER)
            space = h5s.create_simple(shape, maxshape)
            dataset = h5py.Dataset(h5d.create(file.id, kind.encode(), h5t.py_create(np.dtype("u1")), space, plist))
            last = () if len(shape) == 1 else (1,)
            dataset[last + (slice(5, 8),)] = [1, 2, 3]
            dataset[last + (slice(side - 2, side),)] = 9
    return side


COMMANDS = {
    "make_large_chunks": make_large_chunks,
    "make_chunk_indexes": make_chunk_indexes,
    "iter_chunks": iter_chunks,
    "make_many_chunks": make_many_chunks,
    "make_sparse": make_sparse,
}
