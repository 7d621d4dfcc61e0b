"""Groups of every way to store them, with links of every kind, and attributes of every way to store those."""
import ctypes

import h5py
import numpy as np
from h5py import h5a, h5g, h5l, h5o, h5p, h5s
from libhdf5 import ID, Refused, call
from sample_types import all_types

NAMES = ["a", "Z", "zwölf", "with space", "日本語", "dot.dot", "n" * 300, "-", "10", "9"]
ORDERS = {"untracked": 0, "tracked": h5p.CRT_ORDER_TRACKED, "indexed": h5p.CRT_ORDER_TRACKED | h5p.CRT_ORDER_INDEXED}
SHAPES = [(), (0,), (1,), (5,), (2, 3), (2, 1, 2), None]
HUGE = 70_000


def group_properties(order, compact=None):
    plist = h5p.create(h5p.GROUP_CREATE)
    plist.set_link_creation_order(ORDERS[order])
    plist.set_attr_creation_order(ORDERS[order])
    if compact is not None:
        call("H5Pset_link_phase_change", plist, ctypes.c_uint(compact[0]), ctypes.c_uint(compact[1]))
    return plist


def make_groups(file, refused):
    """Groups small and large, tracked or not, left as they are or with links taken away again."""
    top = file.create_group("groups")
    for order in ORDERS:
        for compact in (None, (0, 0), (40, 30), (3, 2)):
            for count in (0, 1, 8, 9, 200):
                for taken in sorted({0, count // 2, count}):
                    name = f"{order} {compact} {count} less {taken}"
                    attempt(refused, name, lambda: fill_group(top, name, group_properties(order, compact), count, taken))


def fill_group(top, name, plist, count, taken):
    group = h5py.Group(h5g.create(top.id, name.encode(), gcpl=plist))
    # Not in the order of their names.
    names = [f"{(i * 37) % 1000} {NAMES[i % len(NAMES)]}" for i in range(count)]
    for i, link in enumerate(names):
        if i % 7 == 0:
            group.create_group(link)
        elif i % 7 == 1:
            group[link] = h5py.SoftLink(["/targets", "nowhere", f"/groups/{name}/{names[0]}", "."][i % 4])
        elif i % 7 == 2:
            group[link] = h5py.ExternalLink("no such file.h5", f"/somewhere/{i}")
        elif i % 7 == 3:
            group[link] = group.file["targets"]
        elif i % 7 == 4:
            group.create_dataset(link, data=np.int16(i))
        elif i % 7 == 5:
            group[link] = np.dtype([("a", "<i4"), ("b", f"S{i % 9 + 1}")])
        else:
            group[link] = group[names[i - 2]]
    for link in names[count - taken :]:
        del group[link]
    if count == 9:
        h5o.set_comment(group.id, f"comment of {name}".encode())


def make_links(file, own_name):
    """Links to elsewhere, to themselves and to what is below; objects with many names; names that come to nothing."""
    group = file.create_group("links")
    for i, name in enumerate(NAMES):
        group.create_group(f"to/{name}/deeper/{i}")
        group[f"soft {name}"] = h5py.SoftLink(f"/links/to/{name}/deeper")
        group[f"relative {name}"] = h5py.SoftLink(f"to/{name}")
    group["loop"] = h5py.SoftLink("/links/loop")
    group["ping"] = h5py.SoftLink("pong")
    group["pong"] = h5py.SoftLink("ping")
    group["cycle"] = group["to"]
    group["to/back"] = group
    group["root"] = file["/"]
    group["chain"] = h5py.SoftLink("root/links/cycle/back/soft a")
    group["own"] = h5py.ExternalLink(own_name, "/targets")
    group["own soft"] = h5py.ExternalLink(own_name, "/links/chain")
    group["over"] = h5py.SoftLink("own/number")
    group["missing"] = h5py.ExternalLink(own_name, "/no such object")
    number = group.create_dataset("number", data=7)
    for i in range(20):
        group[f"number {i}"] = number
    for i in range(0, 20, 3):
        del group[f"number {i}"]
    plist = h5p.create(h5p.LINK_CREATE)
    plist.set_char_encoding(h5py.h5t.CSET_ASCII)
    group.id.links.create_soft(b"latin \xe9", b"to \xe9", lcpl=plist)


def make_attributes(file, rows, refused):
    """Every datatype in every shape; few, many, and huge; with the order of their creation or without."""
    top = file.create_group("attributes")
    types = all_types()
    for order in ORDERS:
        for count, compact in ((3, None), (8, None), (9, None), (60, None), (5, (0, 0)), (30, (40, 20))):
            name = f"{order} {count} {compact}"
            attempt(refused, name, lambda: many_attributes(top, name, order, count, compact, rows, types))
    for i, (label, make) in enumerate(types.items()):
        owner = top.create_group(f"of {label}")
        for shape in SHAPES:
            attempt(refused, f"attribute {label} {shape}", lambda: attribute(owner, f"{shape}", make(), shape, rows))
        if i % 4 == 0:
            count = HUGE // make().get_size()
            attempt(refused, f"huge attribute {label}", lambda: attribute(owner, "huge", make(), (count,), rows))
    named = top.file["targets/type"]
    for i in range(3):
        top.attrs.create(f"of a named type {i}", data=np.zeros(2, named.dtype), dtype=named)


def many_attributes(top, name, order, count, compact, rows, types):
    plist = group_properties(order)
    if compact is not None:
        call("H5Pset_attr_phase_change", plist, ctypes.c_uint(compact[0]), ctypes.c_uint(compact[1]))
    owner = h5py.Group(h5g.create(top.id, name.encode(), gcpl=plist))
    makers = list(types.values())
    for i in range(count):
        attribute(owner, f"{(i * 37) % 100} {NAMES[i % len(NAMES)][:200]}", makers[i % len(makers)](), (2,), rows)
    for i in range(0, count // 3):
        h5a.delete(owner.id, h5a.open(owner.id, index=i).name)


def attribute(owner, name, tid, shape, rows):
    space = h5s.create(h5s.NULL if shape is None else h5s.SCALAR) if not shape else h5s.create_simple(shape)
    if shape == (0,):
        space = h5s.create_simple((0,), (0,))
    aid = h5a.create(owner.id, name.encode(), tid, space)
    count = 0 if shape is None else int(np.prod(shape, dtype=int))
    if count > 0:
        call("H5Awrite", aid, tid, np.ascontiguousarray(rows.make(tid, count)))


def make_targets(file):
    """What references point to, and the regions in it."""
    group = file.create_group("targets")
    group.attrs["mark"] = np.arange(3)
    group.create_dataset("number", data=np.arange(5.0))
    group.create_dataset("plane", data=np.arange(80).reshape(8, 10), chunks=(3, 4))
    group["type"] = np.dtype([("x", "<i2"), ("y", "S3")])
    every, none = h5s.create_simple((8, 10)), h5s.create_simple((8, 10))
    none.select_none()
    slab, points, union = (h5s.create_simple((8, 10)) for _ in range(3))
    slab.select_hyperslab((1, 2), (3, 2), (2, 3), (1, 2))
    points.select_elements([(0, 0), (7, 9), (3, 4)])
    union.select_hyperslab((0, 0), (2, 2))
    union.select_hyperslab((5, 5), (3, 4), op=h5s.SELECT_OR)
    line = h5s.create_simple((5,))
    line.select_hyperslab((1,), (3,))
    regions = [(b"/targets/plane", space) for space in (every, none, slab, points, union)]
    regions.append((b"/targets/number", line))
    return [b"/targets", b"/targets/number", b"/targets/plane", b"/targets/type", b"/"], regions


def attempt(refused, name, work):
    try:
        work()
    except (Refused, ValueError, RuntimeError, OSError) as error:
        refused[name] = str(error)


__all__ = ["ID", "h5l", "make_attributes", "make_groups", "make_links", "make_targets"]
