"""Makes small files that, between them, hold every structure that libhdf5 writes: argument 1 is the folder for them.

Prints the names of those that were made. What h5py does not offer is asked of the libhdf5 that it has loaded.
"""

import ctypes
import os
import sys

import h5py
import numpy as np
from h5py import h5d, h5f, h5g, h5p, h5r, h5s, h5t


def load_library():
    with open("/proc/self/maps", encoding="utf8") as maps:
        paths = {line.split()[-1] for line in maps if "libhdf5" in line and "_hl" not in line}
    for path in sorted(paths):
        library = ctypes.CDLL(path)
        if hasattr(library, "H5Pset_deflate"):
            return library
    raise OSError("libhdf5 is not loaded")


LIB = load_library()
LATEST = ("latest", "latest")


def call(name, *args):
    result = getattr(LIB, name)(*args)
    if result < 0:
        raise OSError(f"{name} failed")
    return result


def ident(value):
    return ctypes.c_int64(value)


def basic(path, libver):
    with h5py.File(path, "w", libver=libver) as f:
        f["contiguous"] = np.arange(24.0).reshape(4, 6)
        f["contiguous"].attrs["units"] = "m/s"
        f["contiguous"].attrs["range"] = np.array([1, 2, 3], "<i4")
        compact = h5p.create(h5p.DATASET_CREATE)
        compact.set_layout(h5d.COMPACT)
        h5d.create(f.id, b"compact", h5t.STD_I16LE, h5s.create_simple((5,)), compact).write(
            h5s.ALL, h5s.ALL, np.arange(5, dtype="<i2")
        )
        f["scalar"] = 5
        f["null"] = h5py.Empty("<f4")
        group = f.create_group("group/inner")
        group["soft"] = h5py.SoftLink("/contiguous")
        group["external"] = h5py.ExternalLink("elsewhere.h5", "/data")
        group["hard"] = f["contiguous"]
        f["type"] = np.dtype([("a", "<i4"), ("b", "<f8", (2,)), ("c", "S5")])
        f.create_dataset("committed", (3,), f["type"])
        f.attrs["committed"] = np.zeros((), f["type"].dtype)


def types(path, libver):
    with h5py.File(path, "w", libver=libver) as f:
        f["text"] = ["a", "bc", "", "defg"]
        f.create_dataset("sequences", (3,), h5py.vlen_dtype("<i4"))[:] = [[1], [2, 3], []]
        f["enum"] = np.array([0, 1, 1], h5py.enum_dtype({"no": 0, "yes": 1}, "u1"))
        f["array"] = np.zeros(2, np.dtype(("<i2", (2, 3))))
        f["opaque"] = np.zeros(2, h5py.opaque_dtype(np.dtype("V7")))
        f["bool"] = np.array([True, False])
        f["complex"] = np.array([1 + 2j])
        f["half"] = np.array([1, 2], "<f2")
        f["big"] = np.array([1, 2], ">f4")
        f["nested"] = np.zeros(2, np.dtype([("p", [("x", "<f4"), ("y", "<f4")]), ("n", "S3")]))
        deep = h5py.vlen_dtype(np.dtype([("k", "<i2"), ("s", h5py.string_dtype())]))
        f.create_dataset("deep", (2,), deep)[0] = np.array([(1, "one"), (2, "two")], deep.metadata["vlen"])
        f["objects"] = np.array([f["text"].ref, f["enum"].ref], h5py.ref_dtype)
        f.create_dataset("region", (2,), h5py.regionref_dtype)[0] = f["text"].regionref[1:3]
        points = f["enum"].id.get_space()
        points.select_elements(np.array([[0], [2]]))
        f["region"][1] = h5r.create(f.id, b"enum", h5r.DATASET_REGION, points)
        bits = h5t.STD_B16LE.copy()
        call("H5Tset_precision", ident(bits.id), ctypes.c_size_t(9))
        call("H5Tset_offset", ident(bits.id), ctypes.c_size_t(3))
        h5d.create(f.id, b"bits", bits, h5s.create_simple((4,)))
        odd = h5t.STD_I32BE.copy()
        odd.set_precision(20)
        odd.set_offset(5)
        h5d.create(f.id, b"odd", odd, h5s.create_simple((4,)))
        for name in ("text", "enum", "array", "nested"):
            f.attrs[name] = f[name][()]


def scales(path, libver):
    with h5py.File(path, "w", libver=libver) as f:
        f["x"] = np.arange(3.0)
        f["data"] = np.zeros((3, 2))
        f["x"].make_scale("x axis")
        f["data"].dims[0].attach_scale(f["x"])
        f["data"].dims[0].label = "x"


def members(path, libver, count, attributes, track=True):
    with h5py.File(path, "w", libver=libver) as f:
        group = f.create_group("group", track_order=track)
        for i in range(count):
            group[f"member {i}"] = h5py.SoftLink(f"/nowhere/{i}")
        data = f.create_dataset("data", (2,), "<f4", track_order=track)
        for i in range(attributes):
            data.attrs[f"attribute {i}"] = i


def huge_attribute(path, libver):
    with h5py.File(path, "w", libver=libver) as f:
        data = f.create_dataset("data", (2,), "<f4")
        data.attrs["huge"] = np.arange(70_000, dtype="u1")
        data.attrs["small"] = 1


def filtered_heap(path, libver):
    with h5py.File(path, "w", libver=libver) as f:
        gcpl = h5p.create(h5p.GROUP_CREATE)
        call("H5Pset_deflate", ident(gcpl.id), ctypes.c_uint(6))
        call("H5Pset_link_phase_change", ident(gcpl.id), ctypes.c_uint(0), ctypes.c_uint(0))
        group = h5py.Group(h5g.create(f.id, b"group", gcpl=gcpl))
        for i in range(30):
            group[f"member {i}"] = h5py.SoftLink("/" + "nowhere" * 5)


def chunked(path, libver, shape, chunks, maxshape=None, early=False, **options):
    with h5py.File(path, "w", libver=libver) as f:
        dcpl = None
        if early:
            dcpl = h5p.create(h5p.DATASET_CREATE)
            dcpl.set_alloc_time(h5d.ALLOC_TIME_EARLY)
            dcpl.set_chunk(chunks)
            space = h5s.create_simple(shape, maxshape)
            data = h5py.Dataset(h5d.create(f.id, b"data", h5t.STD_I32LE, space, dcpl))
        else:
            data = f.create_dataset("data", shape, "<i4", chunks=chunks, maxshape=maxshape, **options)
        data[...] = np.arange(np.prod(shape), dtype="<i4").reshape(shape)


def some_filters(path, libver):
    with h5py.File(path, "w", libver=libver) as f:
        values = np.arange(64, dtype="<i4").reshape(8, 8)
        plain = {"chunks": (4, 4), "data": values}
        f.create_dataset("deflate", shuffle=True, compression="gzip", fletcher32=True, **plain)
        f.create_dataset("lzf", compression="lzf", **plain)
        f.create_dataset("scale-offset", scaleoffset=0, **plain)
        f.create_dataset("scale-offset float", scaleoffset=2, chunks=(4, 4), data=values / 4)
        if h5py.h5z.filter_avail(h5py.h5z.FILTER_SZIP):
            try:
                f.create_dataset("szip", compression="szip", **plain)
            except (OSError, ValueError):
                pass
        for name, typeid in (("nbit", h5t.STD_I32LE.copy()), ("nbit compound", None)):
            if typeid is None:
                typeid = h5t.py_create(np.dtype([("a", "<i2"), ("b", "<f4")]), logical=True)
            else:
                typeid.set_precision(17)
                typeid.set_offset(3)
            dcpl = h5p.create(h5p.DATASET_CREATE)
            dcpl.set_chunk((4,))
            dcpl.set_filter(h5py.h5z.FILTER_NBIT)
            data = h5d.create(f.id, name.encode(), typeid, h5s.create_simple((8,)), dcpl)
            data.write(h5s.ALL, h5s.ALL, np.zeros(8, data.dtype))


def shared_messages(path, as_list):
    fcpl = h5p.create(h5p.FILE_CREATE)
    call("H5Pset_shared_mesg_nindexes", ident(fcpl.id), ctypes.c_uint(2))
    # Datatypes and dataspaces in one index, all else that can be shared in the other.
    call("H5Pset_shared_mesg_index", ident(fcpl.id), ctypes.c_uint(0), ctypes.c_uint(0x02 | 0x08), ctypes.c_uint(8))
    call("H5Pset_shared_mesg_index", ident(fcpl.id), ctypes.c_uint(1), ctypes.c_uint(0x1020 | 0x0800), ctypes.c_uint(8))
    most = 50 if as_list else 0
    call("H5Pset_shared_mesg_phase_change", ident(fcpl.id), ctypes.c_uint(most), ctypes.c_uint(0))
    with h5py.File(h5f.create(path.encode(), h5f.ACC_TRUNC, fcpl=fcpl)) as f:
        for i in range(6):
            data = f.create_dataset(f"data {i}", (i % 3 + 1,), np.dtype([("first", "<i4"), ("second", "<f8")]))
            data.attrs["same everywhere"] = "a text that is long enough to be shared"


def virtual(path, libver):
    source = os.path.join(os.path.dirname(path), "source of virtual.h5")
    with h5py.File(source, "w", libver=libver) as f:
        f["data"] = np.arange(10)
    with h5py.File(path, "w", libver=libver) as f:
        layout = h5py.VirtualLayout((2, 10), "<i8")
        layout[0] = h5py.VirtualSource(source, "data", (10,))
        layout[1, 0:4] = h5py.VirtualSource(source, "data", (10,))[2:6]
        f.create_virtual_dataset("virtual", layout, fillvalue=-1)


def external(path, libver):
    with h5py.File(path, "w", libver=libver) as f:
        raw = os.path.join(os.path.dirname(path), "raw of external.bin")
        f.create_dataset("data", (8,), "<i4", external=[(raw, 0, 16), (raw, 64, h5py.h5f.UNLIMITED)])[:] = range(8)


def paged(path, libver):
    with h5py.File(path, "w", libver=libver, fs_strategy="page", fs_persist=True, fs_page_size=512) as f:
        f["data"] = np.arange(20)
        f["gone"] = np.arange(20)
        del f["gone"]


class CacheImageConfig(ctypes.Structure):
    _fields_ = [
        ("version", ctypes.c_int),
        ("generate_image", ctypes.c_bool),
        ("save_resize_status", ctypes.c_bool),
        ("entry_ageout", ctypes.c_int),
    ]


def cache_image(path, libver):
    fapl = h5p.create(h5p.FILE_ACCESS)
    fapl.set_libver_bounds(h5f.LIBVER_LATEST, h5f.LIBVER_LATEST)
    call("H5Pset_mdc_image_config", ident(fapl.id), ctypes.byref(CacheImageConfig(1, True, False, -1)))
    with h5py.File(h5f.create(path.encode(), h5f.ACC_TRUNC, fapl=fapl)) as f:
        f["data"] = np.arange(20)
        f.create_group("group").attrs["a"] = 1


def with_user_block(path, libver):
    with h5py.File(path, "w", libver=libver, userblock_size=512) as f:
        f.create_dataset("data", data=np.arange(30), chunks=(7,), compression="gzip")
        f["text"] = ["a", "b"]


MAKERS = {
    "old basic": lambda path: basic(path, "earliest"),
    "old types": lambda path: types(path, "earliest"),
    "old scales": lambda path: scales(path, "earliest"),
    "old members": lambda path: members(path, "earliest", 40, 12, False),
    "old many members": lambda path: members(path, "earliest", 400, 1, False),
    "old tree": lambda path: chunked(path, "earliest", (150,), (1,)),
    "old filters": lambda path: some_filters(path, "earliest"),
    "old user block": lambda path: with_user_block(path, "earliest"),
    "basic": lambda path: basic(path, LATEST),
    "types": lambda path: types(path, LATEST),
    "scales": lambda path: scales(path, LATEST),
    "compact members": lambda path: members(path, LATEST, 5, 5),
    "dense members": lambda path: members(path, LATEST, 20, 12),
    "more members": lambda path: members(path, LATEST, 60, 40),
    "many members": lambda path: members(path, LATEST, 300, 200),
    "huge attribute": lambda path: huge_attribute(path, LATEST),
    "filtered heap": lambda path: filtered_heap(path, LATEST),
    "single": lambda path: chunked(path, LATEST, (4, 4), (4, 4), (4, 4)),
    "single filtered": lambda path: chunked(path, LATEST, (4, 4), (4, 4), compression="gzip"),
    "implicit": lambda path: chunked(path, LATEST, (10, 6), (4, 4), early=True),
    "fixed array": lambda path: chunked(path, LATEST, (10, 6), (4, 4)),
    "fixed array filtered": lambda path: chunked(path, LATEST, (10, 6), (4, 4), compression="gzip"),
    "fixed array paged": lambda path: chunked(path, LATEST, (1100,), (1,)),
    "extensible array": lambda path: chunked(path, LATEST, (10, 6), (4, 4), (None, 6)),
    "extensible array filtered": lambda path: chunked(path, LATEST, (10, 6), (1, 4), (None, 6), compression="gzip"),
    "extensible array long": lambda path: chunked(path, LATEST, (300,), (1,), (None,)),
    "tree": lambda path: chunked(path, LATEST, (10, 6), (4, 4), (None, None)),
    "tree filtered": lambda path: chunked(path, LATEST, (10, 6), (4, 4), (None, None), compression="gzip"),
    "tree deep": lambda path: chunked(path, LATEST, (30, 20), (1, 1), (None, None)),
    "filters": lambda path: some_filters(path, LATEST),
    "shared list": lambda path: shared_messages(path, True),
    "shared tree": lambda path: shared_messages(path, False),
    "virtual": lambda path: virtual(path, LATEST),
    "external": lambda path: external(path, LATEST),
    "paged": lambda path: paged(path, LATEST),
    "cache image": lambda path: cache_image(path, LATEST),
    "user block": lambda path: with_user_block(path, LATEST),
}


def main(folder):
    failed = False
    for name, make in MAKERS.items():
        path = os.path.join(folder, f"{name}.h5")
        try:
            make(path)
            print(name)
        except Exception as error:  # One that this h5py cannot make must not cost the others.
            failed = True
            print(f"{name}: {error}", file=sys.stderr)
            if os.path.exists(path):
                os.remove(path)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
