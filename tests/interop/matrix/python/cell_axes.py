"""The axes of the matrix of datasets: where data is stored, how much of it, through which filters, with which fill value."""
import ctypes

import numpy as np
from h5py import h5d, h5p, h5s, h5t, h5z
from libhdf5 import ID, VERSION, call

UNLIMITED = h5s.UNLIMITED
LZF, DONT_FILTER_EDGES = 32000, 2
SHAPES = {0: (), 1: (23,), 2: (7, 5), 3: (5, 4, 3), 4: (3, 4, 2, 3)}
CHUNKS = {1: (5,), 2: (3, 2), 3: (2, 3, 2), 4: (2, 2, 2, 2)}
# More chunks than a page of a fixed array has, than a leaf of a B-tree holds.
MANY = {1: (1100,), 2: (52, 43), 3: (22, 10, 11), 4: (6, 7, 6, 10)}
MANY_CHUNKS = {1: (1,), 2: (2, 1), 3: (2, 1, 1), 4: (2, 1, 1, 2)}
# So many that the data blocks of an extensible array have pages.
PAGED, PAGED_CHUNKS = {1: (131_300,), 2: (1, 131_300)}, {1: (1,), 2: (1, 1)}


def limited(shape):
    return tuple(2 * extent for extent in shape)


def endless(axis):
    return lambda shape: tuple(UNLIMITED if i == axis % len(shape) else 2 * n for i, n in enumerate(shape))


def endless_twice(shape):
    return tuple(UNLIMITED if i < 2 else n + 1 for i, n in enumerate(shape))


WRITTEN = ("full", "partly", "none")
RESIZED = (*WRITTEN, "grown", "shrunk")

# Name: layout, ranks, largest shape (None: as it is), how it is written, and what else.
STORAGES = {
    "compact": ("compact", (0, 1, 2, 3, 4), None, WRITTEN, {}),
    "contiguous": ("contiguous", (0, 1, 2, 3, 4), None, WRITTEN, {}),
    "single": ("chunked", (1, 2, 3, 4), None, ("full", "partly", "none"), {"chunks": SHAPES}),
    "implicit": ("chunked", (1, 2, 3, 4), limited, RESIZED, {"early": True}),
    "fixed": ("chunked", (1, 2, 3, 4), limited, RESIZED, {}),
    "fixed many": ("chunked", (1, 2, 3, 4), None, ("partly",), {"shapes": MANY, "chunks": MANY_CHUNKS}),
    "endless": ("chunked", (1, 2, 3, 4), endless(0), RESIZED, {}),
    "endless last": ("chunked", (2, 3, 4), endless(-1), RESIZED, {}),
    "endless twice": ("chunked", (2, 3, 4), endless_twice, RESIZED, {}),
    "endless twice, many": ("chunked", (2, 3, 4), endless_twice, ("partly",), {"shapes": MANY, "chunks": MANY_CHUNKS}),
}
# Large, and therefore only a few.
LARGE = {
    "endless, paged": ("chunked", (1, 2), endless(-1), ("partly",), {"shapes": PAGED, "chunks": PAGED_CHUNKS}),
}
LARGE_CELLS = [
    ("endless, paged", "none", ">i4", 1),
    ("endless, paged", "shuffle, deflate, fletcher32", "<u2", 2),
    ("endless, paged", "masks", "<f8", 1),
]


def szip(options, block):
    return lambda plist, tid: plist.set_filter(h5z.FILTER_SZIP, h5z.FLAG_OPTIONAL, (options, block))


def optional(code, *values):
    return lambda plist, tid: plist.set_filter(code, h5z.FLAG_OPTIONAL, values)


def mandatory(code, *values):
    return lambda plist, tid: plist.set_filter(code, h5z.FLAG_MANDATORY, values)


def scale_offset(plist, tid):
    """Integers as they are; floats to three decimals."""
    kind = tid.get_class()
    plist.set_scaleoffset(h5z.SO_FLOAT_DSCALE, 3) if kind == 1 else plist.set_scaleoffset(h5z.SO_INT, 0)


def unfiltered_edges(plist, tid):
    call("H5Pset_chunk_opts", plist, ctypes.c_uint(DONT_FILTER_EDGES))


DEFLATE, SHUFFLE, FLETCHER32, NBIT = (optional(h5z.FILTER_DEFLATE, 5), optional(h5z.FILTER_SHUFFLE),
                                      mandatory(h5z.FILTER_FLETCHER32), optional(h5z.FILTER_NBIT))
FILTERS = {
    "none": (),
    "deflate": (DEFLATE,),
    "deflate, mandatory": (mandatory(h5z.FILTER_DEFLATE, 9),),
    "shuffle": (SHUFFLE,),
    "shuffle, deflate": (SHUFFLE, DEFLATE),
    "fletcher32": (FLETCHER32,),
    "fletcher32, deflate": (FLETCHER32, DEFLATE),
    "lzf": (optional(LZF),),
    "szip nn": (szip(h5z.SZIP_NN_OPTION_MASK, 4),),
    "szip ec": (szip(h5z.SZIP_EC_OPTION_MASK, 4),),
    "nbit": (NBIT,),
    "scale-offset": (scale_offset,),
    "scale-offset, deflate": (scale_offset, DEFLATE),
    "nbit, shuffle, lzf": (NBIT, SHUFFLE, optional(LZF)),
    "shuffle, deflate, fletcher32": (SHUFFLE, DEFLATE, FLETCHER32),
    # szip comes where it gets whole chunks: libhdf5 writes past its memory where it gets something shorter.
    "all in a row": (SHUFFLE, szip(h5z.SZIP_NN_OPTION_MASK, 4), optional(LZF), DEFLATE, FLETCHER32),
    "all but szip in a row": (NBIT, SHUFFLE, optional(LZF), DEFLATE, FLETCHER32),
    "deflate, not the edges": (DEFLATE, unfiltered_edges),
    "all in a row, not the edges": (SHUFFLE, szip(h5z.SZIP_EC_OPTION_MASK, 4), DEFLATE, FLETCHER32, unfiltered_edges),
    "masks": (SHUFFLE, DEFLATE, FLETCHER32),
}

EARLY, LATE, INCREMENTAL = h5d.ALLOC_TIME_EARLY, h5d.ALLOC_TIME_LATE, h5d.ALLOC_TIME_INCR
IF_SET, NEVER, ALWAYS = h5d.FILL_TIME_IFSET, h5d.FILL_TIME_NEVER, h5d.FILL_TIME_ALLOC
# Value ("default", "user", "undefined"), time of filling, time of allocation (None: the layout's own).
FILLS = {
    "default": ("default", IF_SET, None),
    "user": ("user", IF_SET, None),
    "user, early": ("user", IF_SET, EARLY),
    "user, late, always": ("user", ALWAYS, LATE),
    "user, never": ("user", NEVER, INCREMENTAL),
    "default, early, always": ("default", ALWAYS, EARLY),
    "default, never": ("default", NEVER, None),
    "undefined": ("undefined", IF_SET, None),
    "undefined, early": ("undefined", IF_SET, EARLY),
}


def fill_rows(tid, rows):
    """
    One element. libhdf5 frees what a fill value points to as if it had made it: a text is therefore given away, and
    sequences are empty.
    """
    if tid.get_class() == h5t.STRING and tid.is_variable_str():
        given = ctypes.CDLL(None).strdup
        given.restype = ctypes.c_void_p
        return np.array([given(b"filled")], "<u8").view("u1").reshape(1, 8)
    if call("H5Tdetect_class", tid, ctypes.c_int(h5t.VLEN)):
        return np.zeros((1, tid.get_size()), "u1")
    return rows.make(tid, 1)


def set_fill(plist, fill, tid, rows):
    value, time, allocation = fill
    if value == "user":
        call("H5Pset_fill_value", plist, tid, fill_rows(tid, rows))
    elif value == "undefined":
        call("H5Pset_fill_value", plist, tid, None)
    plist.set_fill_time(time)
    if allocation is not None and not (plist.get_layout() == h5d.COMPACT and allocation != EARLY):
        plist.set_alloc_time(allocation)


def properties(storage, rank, filters, fill, tid, rows):
    """The creation properties of a cell, its shape and its largest shape."""
    layout, _, largest, _, more = STORAGES.get(storage) or LARGE[storage]
    plist = h5p.create(h5p.DATASET_CREATE)
    plist.set_layout({"compact": h5d.COMPACT, "contiguous": h5d.CONTIGUOUS, "chunked": h5d.CHUNKED}[layout])
    shape = more.get("shapes", SHAPES)[rank]
    if layout == "chunked":
        plist.set_chunk(more.get("chunks", CHUNKS)[rank])
    set_fill(plist, FILLS[fill], tid, rows)
    if more.get("early"):
        plist.set_alloc_time(EARLY)
    for add in FILTERS[filters]:
        add(plist, tid)
    return plist, shape, None if largest is None else largest(shape)


__all__ = ["FILLS", "FILTERS", "LARGE", "LARGE_CELLS", "STORAGES", "VERSION", "ID", "properties"]
