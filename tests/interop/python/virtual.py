"""Virtual datasets with h5py: writes such as users make, and says what libhdf5 reads of them."""

import json
import os
import sys

import h5py
import numpy as np
from h5py import h5d, h5p, h5s

FOLDER = sys.argv[2]


def path(name):
    return os.path.join(FOLDER, name)


def source(name, data, dataset="data", maxshape=None, chunks=None, libver=None):
    with h5py.File(path(name), "a", libver=libver) as file:
        file.create_dataset(dataset, data=data, maxshape=maxshape, chunks=chunks)


def ramp(shape, dtype="i4", start=0):
    return (np.arange(int(np.prod(shape))) + start).reshape(shape).astype(dtype)


def case_stack(libver):
    for n in range(4):
        if n != 3:
            source(f"stack-{n}.h5", ramp(100, start=100 * n))
    layout = h5py.VirtualLayout(shape=(4, 100), dtype="i4")
    for n in range(4):
        layout[n] = h5py.VirtualSource(path(f"stack-{n}.h5") if n == 0 else f"stack-{n}.h5", "data", shape=(100,))
    return [("stack", layout, -5)]


def case_new_axis(libver):
    layout = h5py.VirtualLayout(shape=(3, 4, 5), dtype="i4")
    for n in range(3):
        source(f"axis-{n}.h5", ramp((4, 5), start=20 * n))
        layout[n, :, :] = h5py.VirtualSource(f"axis-{n}.h5", "data", shape=(4, 5))
    return [("axis", layout, 0)]


def case_stripes(libver):
    layout = h5py.VirtualLayout(shape=(5, 3 * 8 + 2 * 3, 10), dtype="u2")
    for n in range(3):
        source(f"stripe-{n}.h5", ramp((5, 8, 10), "u2", 400 * n))
        layout[:, n * 11 : n * 11 + 8, :] = h5py.VirtualSource(f"stripe-{n}.h5", "data", shape=(5, 8, 10))
    return [("stripes", layout, 7)]


def case_cameras(libver):
    layout = h5py.VirtualLayout(shape=(6, 5, 21), dtype="i4")
    for n in range(2):
        source(f"camera-{n}.h5", ramp((6, 5, 10), start=300 * n))
        layout[:, :, n * 11 : n * 11 + 10] = h5py.VirtualSource(f"camera-{n}.h5", "data", shape=(6, 5, 10))
    return [("cameras", layout, -1)]


def case_frames(libver):
    layout = h5py.VirtualLayout(shape=(9, 4, 4), dtype="i4", maxshape=(None, 4, 4))
    for n in range(4):
        source(f"writer-{n}.h5", ramp(((9 - n + 3) // 4, 4, 4), start=1000 * n), maxshape=(None, 4, 4))
        part = h5py.VirtualSource(f"writer-{n}.h5", "data", shape=(2, 4, 4), maxshape=(None, 4, 4))
        layout[n : h5s.UNLIMITED : 4, :, :] = part[0 : h5s.UNLIMITED, :, :]
    return [("frames", layout, -9)]


def case_grow(libver):
    source("grow.h5", ramp((7, 3)), maxshape=(None, 3))
    layout = h5py.VirtualLayout(shape=(2, 3), dtype="f8", maxshape=(None, 3))
    part = h5py.VirtualSource("grow.h5", "data", shape=(2, 3), maxshape=(None, 3))
    layout[0 : h5s.UNLIMITED, :] = part[0 : h5s.UNLIMITED, :]
    return [("grow", layout, 0)]


def case_strided(libver):
    layout = h5py.VirtualLayout(shape=(12, 10), dtype="i4")
    source("strided.h5", ramp((24, 30)))
    part = h5py.VirtualSource("strided.h5", "data", shape=(24, 30))
    layout[0:12:2, 1:10:3] = part[3:21:3, 5:26:10]
    layout[1:12:2, :] = part[1:24:4, 0:30:3]
    return [("strided", layout, -2)]


def case_lists(libver):
    layout = h5py.VirtualLayout(shape=(8, 9), dtype="i4")
    source("lists.h5", ramp((10, 11)))
    part = h5py.VirtualSource("lists.h5", "data", shape=(10, 11))
    layout[[0, 1, 4, 7], 2:6] = part[1:9:2, 3:7]
    other = h5py.VirtualSource("lists.h5", "data", shape=(10, 11))
    layout[2:4, :] = other[4:6, [0, 1, 2, 5, 6, 7, 8, 9, 10]]
    return [("lists", layout, -2)]


def case_cover(libver):
    # libhdf5 forgets the fill value where mappings map more elements than there are: here are more.
    layout = h5py.VirtualLayout(shape=(10, 12), dtype="i4")
    for n in range(3):
        source(f"cover-{n}.h5", ramp((6, 6), start=100 * n))
        layout[2 * n : 2 * n + 6, n : n + 6] = h5py.VirtualSource(f"cover-{n}.h5", "data", shape=(6, 6))
    return [("cover", layout, 5)]


def case_ranks(libver):
    layout = h5py.VirtualLayout(shape=(6, 4), dtype="i2")
    source("ranks.h5", ramp(24, "f8", -7))
    source("ranks.h5", ramp((1, 2, 1, 4), ">u4", 70000), "four")
    layout[0:4, :] = h5py.VirtualSource("ranks.h5", "data", shape=(24,))[4:20]
    layout[4:6, :] = h5py.VirtualSource("ranks.h5", "four", shape=(1, 2, 1, 4))
    return [("ranks", layout, 0)]


def case_inside(libver):
    layout = h5py.VirtualLayout(shape=(2, 6), dtype="i4")
    layout[0] = h5py.VirtualSource(".", "inside-source", shape=(6,))
    layout[1] = h5py.VirtualSource(".", "absent", shape=(6,))
    return [("inside", layout, 3)]


def case_nested(libver):
    inner = h5py.VirtualLayout(shape=(3, 6), dtype="i4")
    source("nested.h5", ramp((6, 6)))
    inner[:, :] = h5py.VirtualSource("nested.h5", "data", shape=(6, 6))[0:6:2, :]
    layout = h5py.VirtualLayout(shape=(6, 3), dtype="f4")
    layout[:, 1] = h5py.VirtualSource(".", "inner", shape=(3, 6))[1, :]
    layout[::2, 2] = h5py.VirtualSource(".", "inner", shape=(3, 6))[2, 0:3]
    return [("inner", inner, 0), ("nested", layout, 0.5)]


def case_text(libver):
    layout = h5py.VirtualLayout(shape=(2, 3), dtype=h5py.string_dtype())
    with h5py.File(path("text.h5"), "w") as file:
        file.create_dataset("data", data=np.array(["a", "béta", "", "x" * 50, "e", "f"], dtype=object))
    layout[:, :] = h5py.VirtualSource("text.h5", "data", shape=(6,), dtype=h5py.string_dtype())
    return [("text", layout, None)]


CASES = {name[5:]: make for name, make in list(globals().items()) if name.startswith("case_")}


def hyperslab(shape, start, stride=None, count=None, block=None, maxshape=None):
    space = h5s.create_simple(shape, maxshape or shape)
    rank = len(shape)
    space.select_hyperslab(start, count or (1,) * rank, stride or block or (1,) * rank, block or (1,) * rank)
    return space


def numbered(file):
    """Sources named by their number, of which 2 and 5 are missing, blocks of 2 at every 3."""
    for n in (0, 1, 3, 4, 6):
        source(f"numbered-{n}.h5", ramp((2, 3), start=10 * n))
    dcpl = h5p.create(h5p.DATASET_CREATE)
    dcpl.set_fill_value(np.array(-4, "i4"))
    unlimited = (h5s.UNLIMITED, 3)
    space = hyperslab((40, 3), (1, 0), (3, 1), (h5s.UNLIMITED, 1), (2, 3), unlimited)
    dcpl.set_virtual(space, b"numbered-%b.h5", b"data", h5s.create_simple((2, 3)))
    h5d.create(file.id, b"numbered", h5py.h5t.STD_I32LE, h5s.create_simple((40, 3), unlimited), dcpl)


def uneven(file):
    """Sources without end of which one is longer, one shorter, one in blocks, and a mapping with an end."""
    for name, rows in (("long", 11), ("short", 4), ("blocks", 7)):
        source(f"uneven-{name}.h5", ramp((rows, 2), start=100 * rows), maxshape=(None, 2))
    dcpl = h5p.create(h5p.DATASET_CREATE)
    dcpl.set_fill_value(np.array(-4, "i4"))
    unlimited = (h5s.UNLIMITED, 9)
    extent = (3, 9)

    def endless(column, start, stride, block):
        return hyperslab(extent, (start, column), (stride, 1), (h5s.UNLIMITED, 1), (block, 2), unlimited)

    def whole(start=0, stride=1, block=1):
        return hyperslab((3, 2), (start, 0), (stride, 1), (h5s.UNLIMITED, 1), (block, 2), (h5s.UNLIMITED, 2))

    dcpl.set_virtual(endless(0, 0, 1, 1), b"uneven-long.h5", b"data", whole())
    dcpl.set_virtual(endless(2, 1, 2, 1), b"uneven-short.h5", b"data", whole(1))
    dcpl.set_virtual(endless(4, 2, 5, 3), b"uneven-blocks.h5", b"data", whole(0, 4, 3))
    dcpl.set_virtual(endless(6, 3, 1, 1), b"uneven-absent.h5", b"data", whole())
    dcpl.set_virtual(hyperslab(extent, (0, 8), block=(2, 1)), b"uneven-long.h5", b"data", hyperslab((11, 2), (3, 1), block=(2, 1)))
    h5d.create(file.id, b"uneven", h5py.h5t.STD_I32LE, h5s.create_simple(extent, unlimited), dcpl)


def scattered(file):
    """Blocks anywhere on either side."""
    source("scattered.h5", ramp((5, 6)))
    dcpl = h5p.create(h5p.DATASET_CREATE)
    dcpl.set_fill_value(np.array(-4, "i4"))

    def blocks(shape, *corners):
        space = h5s.create_simple(shape)
        space.select_none()
        for start, block in corners:
            space.select_hyperslab(start, (1, 1), (1, 1), block, h5s.SELECT_OR)
        return space

    dcpl.set_virtual(
        blocks((6, 7), ((1, 1), (2, 3)), ((3, 0), (1, 2))),
        b"scattered.h5",
        b"data",
        blocks((5, 6), ((0, 0), (2, 2)), ((1, 2), (2, 2))),
    )
    dcpl.set_virtual(
        blocks((6, 7), ((5, 0), (1, 2)), ((5, 5), (1, 1))), b"scattered.h5", b"data", hyperslab((5, 6), (2, 3), block=(3, 1))
    )
    h5d.create(file.id, b"scattered", h5py.h5t.STD_I32LE, h5s.create_simple((6, 7)), dcpl)


LOW_LEVEL = {"numbered": numbered, "uneven": uneven, "scattered": scattered}


def described(name, file, dataset, view=None, gap=None):
    with h5py.File(path(file), "r") as opened:
        dapl = h5p.create(h5p.DATASET_ACCESS)
        if view is not None:
            dapl.set_virtual_view(view)
        if gap is not None:
            dapl.set_virtual_printf_gap(gap)
        data = h5py.Dataset(h5d.open(opened.id, dataset.encode(), dapl))
        values = data[()]
        if values.dtype == object:
            values = np.vectorize(lambda text: text.decode() if text else "", otypes=[object])(values)
        return {
            "name": name,
            "file": file,
            "dataset": dataset,
            "view": "last-available" if view is None or view == h5d.VDS_LAST_AVAILABLE else "first-missing",
            "gap": gap or 0,
            "shape": list(data.shape),
            "values": values.reshape(-1).tolist(),
            "sources": [[one.file_name, one.dset_name] for one in data.virtual_sources()],
        }


def write(libver):
    found = []
    for name, make in CASES.items():
        file = f"{name}.h5"
        layouts = make(libver)
        with h5py.File(path(f"vds-{file}"), "w", libver=libver) as opened:
            if name == "inside":
                opened["inside-source"] = ramp(6)
            for dataset, layout, fill in layouts:
                opened.create_virtual_dataset(dataset, layout, fillvalue=fill)
        for dataset, _, _ in layouts:
            found.append(described(name, f"vds-{file}", dataset))
    for name, make in LOW_LEVEL.items():
        with h5py.File(path(f"vds-{name}.h5"), "w", libver=libver) as opened:
            make(opened)
        views = [(None, None)]
        if name != "scattered":
            views += [(h5d.VDS_FIRST_MISSING, 0), (h5d.VDS_LAST_AVAILABLE, 1), (h5d.VDS_FIRST_MISSING, 1)]
        for view, gap in views:
            found.append(described(f"{name} {view} {gap}", f"vds-{name}.h5", name, view, gap))
    return found


def read(wanted):
    return [described(dataset, file, dataset) for file, dataset in wanted]


if sys.argv[1] == "write":
    print(json.dumps(write(sys.argv[3] if sys.argv[3] != "earliest" else None)))
else:
    print(json.dumps(read(json.loads(sys.argv[3]))))
