"""Files whose groups, attributes and messages stand in fractal heaps, and what h5py sees of their order."""
import ctypes
import random
import re

import h5py
import numpy as np
from h5py import h5a, h5f, h5g, h5o, h5p

MESSAGES = {"dataspace": 0x02, "datatype": 0x08, "fill": 0x20, "filters": 0x800, "attribute": 0x1000}
ALL_MESSAGES = sum(MESSAGES.values())


def library():
    """The libhdf5 that h5py itself uses, for what h5py does not wrap."""
    with open("/proc/self/maps") as maps:
        paths = {line.split()[-1] for line in maps if re.search(r"libhdf5(_serial)?[-.][^/]*so", line)}
    return ctypes.CDLL(sorted(path for path in paths if "_hl" not in path)[0])


def call(function, *arguments):
    if getattr(library(), function)(*arguments) < 0:
        raise RuntimeError(function)


def latest(path, **settings):
    return h5py.File(path, "w", libver="latest", **settings)


def fill_group(group, count, length=0):
    """Links of every kind, in no order of their names. What they lead to comes first in the file."""
    target = group.file.require_group("0")
    for i in range(count):
        name = "n%d" % ((i * 7919) % 100003) + "é" * (i % 17 == 0) + "x" * (length if i % 10 == 0 else 0)
        if i % 4 == 0:
            group[name] = target
        elif i % 4 == 3:
            group[name] = h5py.ExternalLink("other.h5", "/to/%d" % i)
        else:
            group[name] = h5py.SoftLink("/to/%d" % i)


def dense_links(path, count, tracked, length=0, delete=0.0):
    """`length` of some names makes huge objects of them; `delete` of all links are taken away again, so that blocks go."""
    with latest(path) as file:
        group = file.create_group("g", track_order=tracked)
        fill_group(group, count, length)
        names = list(group)
        random.Random(5).shuffle(names)
        for name in names[: int(delete * count)]:
            del group[name]
        if delete:
            for i in range(20):
                group["again %d" % i] = h5py.SoftLink("/again")


def tracked_without_index(path, count):
    """The order of creation is kept, and no index leads to it."""
    with latest(path) as file:
        properties = h5p.create(h5p.GROUP_CREATE)
        properties.set_link_creation_order(h5p.CRT_ORDER_TRACKED)
        group = h5py.Group(h5g.create(file.id, b"g", gcpl=properties))
        fill_group(group, count)


def filtered_group(path, count, length, filters):
    """A group whose heap goes through filters."""
    with latest(path) as file:
        properties = h5p.create(h5p.GROUP_CREATE)
        for name in filters:
            if name == "deflate":
                call("H5Pset_deflate", ctypes.c_int64(properties.id), ctypes.c_uint(6))
            else:
                call("H5Pset_" + name, ctypes.c_int64(properties.id))
        group = h5py.Group(h5g.create(file.id, b"g", gcpl=properties))
        fill_group(group, count, length)


def small_fields(path, offset, length):
    """Addresses and lengths so small that IDs of huge objects hold them, in links and in attributes."""
    creation = h5p.create(h5p.FILE_CREATE)
    creation.set_sizes(offset, length)
    access = h5p.create(h5p.FILE_ACCESS)
    access.set_libver_bounds(h5f.LIBVER_LATEST, h5f.LIBVER_LATEST)
    with h5py.File(h5f.create(path.encode(), h5f.ACC_TRUNC, creation, access)) as file:
        group = file.create_group("g")
        for i in range(20):
            group["n%d" % i + "x" * (4500 if i % 7 == 0 else 0)] = h5py.SoftLink("/to/%d" % i)
            group.attrs["a%d" % i] = "value " * (900 if i % 9 == 0 else 1)


def deep_heap(path, count, length):
    """So many bytes of links that indirect blocks stand in indirect blocks."""
    with latest(path) as file:
        group = file.create_group("g")
        for i in range(count):
            group["n%d" % ((i * 7919) % 100003) + "x" * length] = h5py.SoftLink("/to/%d" % i)


def plain_links(path, count):
    """Many links, in no order of their names: to nothing, by name in one group and by creation in the other."""
    with latest(path) as file:
        for name, tracked in (("by name", False), ("by creation", True)):
            group = file.create_group(name, track_order=tracked)
            create = group.id.links.create_soft
            for i in range(count):
                create(b"n%d" % ((i * 7919) % 100003), b"/to/%d" % i)


def colliding_links(path, names):
    """Names with the same hash, among many others."""
    with latest(path) as file:
        fill_group(file.create_group("g"), 200)
        for name in names:
            file["g"][name] = h5py.SoftLink("/" + name)
            file["g"].attrs[name] = name


def dense_attributes(path, count, tracked):
    with latest(path) as file:
        kind = np.dtype([("a", "<i4"), ("b", "S3")])
        file["committed"] = kind
        group = file.create_group("group", track_order=tracked)
        data = file.create_dataset("data", (3,), "i2", track_order=tracked)
        for owner in (group, data, file["committed"]):
            for i in range(count):
                name = "a%d" % ((i * 7919) % 100003) + "é" * (i % 11 == 0)
                owner.attrs[name] = i if i % 3 else "text %d" % i
            for i in range(0, count, 5):
                del owner.attrs["a%d" % ((i * 7919) % 100003) + "é" * (i % 11 == 0)]
            owner.attrs.create("typed", np.zeros(2, kind), dtype=file["committed"])
            owner.attrs["empty"] = h5py.Empty("f4")
            owner.attrs["long " + "name" * 1200] = 1
        group.attrs["huge"] = np.arange(125_000, dtype="i8") * 3
        group.attrs["large"] = np.arange(1000, dtype=">i4")
        group.attrs["texts"] = ["%d" % i for i in range(2000)]


def many_attributes(path, count):
    with latest(path) as file:
        for i in range(count):
            file.attrs["attribute %d" % i] = i


def shared_messages(path, libver, indexes, repeat):
    """A file that shares messages: each index with its types and the size from which a message is shared."""
    creation = h5p.create(h5p.FILE_CREATE)
    call("H5Pset_shared_mesg_nindexes", ctypes.c_int64(creation.id), ctypes.c_uint(len(indexes)))
    for number, (names, size) in enumerate(indexes):
        flags = sum(MESSAGES[name] for name in names) if names else ALL_MESSAGES
        arguments = (ctypes.c_uint(number), ctypes.c_uint(flags), ctypes.c_uint(size))
        call("H5Pset_shared_mesg_index", ctypes.c_int64(creation.id), *arguments)
    access = h5p.create(h5p.FILE_ACCESS)
    if libver == "latest":
        access.set_libver_bounds(h5f.LIBVER_LATEST, h5f.LIBVER_LATEST)
    with h5py.File(h5f.create(path.encode(), h5f.ACC_TRUNC, creation, access)) as file:
        compound = np.dtype([("name", "S8"), ("values", "<f8", (3,)), ("color", h5py.enum_dtype({"red": 1, "blue": 2}))])
        file["committed"] = compound
        for i in range(repeat):
            group = file.create_group("group %d" % i)
            for j in range(3):
                settings = {"chunks": (4,), "compression": 3, "shuffle": True, "maxshape": (None,)} if j == 1 else {}
                data = group.create_dataset("data %d" % j, (10,), "<i4", fillvalue=1000 + i % 7, **settings)
                data[2:5] = [i, j, i * j]
                data.attrs["same"] = "the same text for all of them"
                data.attrs["units %d" % (i % 5)] = np.arange(6, dtype="<f8").reshape(2, 3)
            structured = group.create_dataset("structured", (2, 2), compound)
            structured[0, 0] = (b"name", [1, 2, i], 2)
            structured.attrs["structured"] = np.zeros(2, compound)
            structured.attrs.create("committed", np.zeros(2, compound), dtype=file["committed"])
            for j in range(14):
                group.attrs["attribute %d" % j] = "the value number %d, again and again" % (j % 9)


def circles(path):
    """Groups that lead to each other over hard links, many of them dense."""
    with latest(path) as file:
        for name in "abc":
            fill_group(file.create_group(name, track_order=name == "b"), 40)
        file["a/to b"] = file["b"]
        file["b/to c"] = file["c"]
        file["c/to a"] = file["a"]
        file["c/root"] = file["/"]
        file["c/self"] = file["c"]


def header_address(item):
    return h5o.get_info(item.id).addr


def orders(path):
    """For each group and dataset its links and attributes as h5py lists them, with creation orders where they are kept."""
    found = {}
    with h5py.File(path, "r") as file:

        def visit(name, item):
            # libhdf5 makes up a creation order where none is kept.
            tracked = item.id.get_create_plist().get_attr_creation_order() if hasattr(item.id, "get_create_plist") else 0
            attributes = []
            for attribute in item.attrs:
                info = h5a.get_info(item.id, attribute.encode())
                attributes.append([attribute, info.corder if tracked else None])
            links = []
            for link in item if isinstance(item, h5py.Group) else ():
                info = item.id.links.get_info(link.encode())
                links.append([link, info.corder if info.corder_valid else None, "utf-8" if info.cset else "ascii"])
            found[name] = {"attrs": attributes, "links": links}

        visit("/", file)
        file.visititems(visit)
    return found


def all_links(path, start="/"):
    """Every link below a group, each group gone into when it is first met, as `[path, kind]`."""
    kinds = {h5py.SoftLink: "soft", h5py.ExternalLink: "external", h5py.HardLink: "hard"}
    found = []
    with h5py.File(path, "r") as file:
        entered = {header_address(file[start])}

        def enter(group, prefix):
            for name in group:
                kind = kinds[type(group.get(name, getlink=True))]
                found.append([prefix + name, kind])
                if kind == "hard" and group.get(name, getclass=True) is h5py.Group:
                    member = group[name]
                    if header_address(member) not in entered:
                        entered.add(header_address(member))
                        enter(member, prefix + name + "/")

        enter(file[start], "")
    return found


COMMANDS = {
    function.__name__: function
    for function in (
        dense_links,
        tracked_without_index,
        filtered_group,
        small_fields,
        deep_heap,
        plain_links,
        colliding_links,
        dense_attributes,
        many_attributes,
        shared_messages,
        circles,
        orders,
        all_links,
    )
}
