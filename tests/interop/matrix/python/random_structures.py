"""Random steps that make, change and take away what is in a file."""
import numpy as np

import h5py
from cell_axes import FILLS, FILTERS, set_fill
from h5py import h5a, h5d, h5g, h5p, h5s
from libhdf5 import ID, Refused, call
from links import NAMES, group_properties
from sample_rows import Rows
from sample_types import all_types

KINDS = {
    "group": 3, "dataset": 8, "plain": 4, "attribute": 5, "attributes": 1, "huge": 1, "many": 1, "soft": 2, "external": 1,
    "hard": 2, "committed": 1, "scale": 2, "write": 5, "resize": 4, "unlink": 4, "rename": 1, "drop": 3, "copy": 1,
}
NO_NBIT = ("nbit", "all but szip")
LONGEST = 70_000
RANKS, SIDES = (0, 1, 1, 2, 2, 3, 4), (1, 2, 3, 5, 8, 13)


class Structures:
    """Takes steps in an open file; what libhdf5 refuses is in `refused`, with its reason."""

    def __init__(self, file, rng, refused, session):
        self.file, self.rng, self.refused = file, rng, refused
        self.rows = Rows(rng.randrange(1 << 30), file.id)
        self.prefix, self.count = f"{session}.", 0

    def step(self):
        kind = self.rng.choices([*KINDS], [*KINDS.values()])[0]
        try:
            getattr(self, kind)()
        except (Refused, ValueError, RuntimeError, OSError, KeyError, TypeError) as error:
            self.refused[f"{self.prefix}{self.count} {kind}"] = str(error)

    def new_name(self):
        self.count += 1
        return f"{self.prefix}{self.count} {self.rng.choice(NAMES)[:40]}"

    def objects(self, kind):
        found = [self.file] if kind is not h5py.Dataset else []
        self.file.visititems(lambda _, item: found.append(item) if isinstance(item, kind) else None)
        return found

    def some(self, kind=object):
        found = self.objects(kind)
        return self.rng.choice(found) if found else None

    def group_of_some(self):
        return self.some(h5py.Group)

    def group(self):
        plist = group_properties(self.rng.choice(["untracked", "tracked", "indexed"]), self.rng.choice([None, None, (0, 0), (3, 2)]))
        h5g.create(self.group_of_some().id, self.new_name().encode(), gcpl=plist)

    def many(self):
        """Enough links for trees of several levels, some of them taken away again."""
        group = self.group_of_some().create_group(self.new_name(), track_order=self.rng.random() < 0.5)
        names = [f"{self.rng.choice(NAMES)[:60]} {i}" for i in range(self.rng.choice([9, 40, 300]))]
        for name in names:
            group[name] = h5py.SoftLink("/nowhere") if self.rng.random() < 0.5 else self.file["/"]
        for name in self.rng.sample(names, self.rng.randrange(len(names) + 1)):
            del group[name]

    def datatype(self):
        types = all_types()
        name = self.rng.choice([*types])
        return name, types[name]()

    def shape(self):
        return tuple(self.rng.choice(SIDES) for _ in range(self.rng.choice(RANKS)))

    def dataset(self):
        name, tid = self.datatype()
        shape, plist = self.shape(), h5p.create(h5p.DATASET_CREATE)
        layout = self.rng.choice(["compact", "contiguous", "chunked", "chunked", "chunked"])
        maxima, filters = shape, "none"
        varies = name.startswith(("vlen", "text"))
        if shape and layout == "chunked":
            plist.set_chunk(tuple(self.rng.randint(1, extent) for extent in shape))
            maxima = tuple(self.rng.choice([extent, 2 * extent, h5s.UNLIMITED]) for extent in shape)
            filters = self.rng.choice([one for one in FILTERS if one != "masks" and not (varies and any(no in one for no in NO_NBIT))])
            for add in FILTERS[filters]:
                add(plist, tid)
            self.rng.random() < 0.2 and plist.set_alloc_time(h5d.ALLOC_TIME_EARLY)
        elif layout == "compact":
            plist.set_layout(h5d.COMPACT)
        self.rng.random() < 0.3 and plist.set_attr_creation_order(h5p.CRT_ORDER_TRACKED | h5p.CRT_ORDER_INDEXED)
        # What was never filled is noise, which points anywhere where elements point somewhere.
        points = name.startswith(("vlen", "text")) or "reference" in name
        fill = self.rng.choice([one for one in FILLS if not (points and ("never" in one or "undefined" in one))])
        if not ("revised" in name and fill.startswith("user")):
            set_fill(plist, FILLS[fill], tid, self.rows)
        space = h5s.create_simple(shape, maxima) if shape else h5s.create(self.rng.choice([h5s.SCALAR, h5s.SCALAR, h5s.NULL]))
        did = h5d.create(self.group_of_some().id, f"{self.new_name()} {name} {filters}".encode(), tid, space, plist)
        if space.get_simple_extent_type() != h5s.NULL and self.rng.random() < 0.8:
            self.rows.gentle = "scale-offset" in filters
            self.put(did, tid, shape, self.rng.random() < 0.5)

    def put(self, did, tid, shape, partly):
        """Writes all elements, or a block of them."""
        start = tuple(self.rng.randrange(extent) if partly else 0 for extent in shape)
        count = tuple(self.rng.randint(1, extent - at) if partly else extent for extent, at in zip(shape, start))
        data = np.ascontiguousarray(self.rows.make(tid, int(np.prod(count, dtype=int))))
        where, memory = did.get_space(), h5s.create_simple(count) if shape else h5s.create(h5s.SCALAR)
        shape and where.select_hyperslab(start, count)
        call("H5Dwrite", did, tid, memory, where, ID(0), data)

    def plain(self):
        """As users of h5py make datasets."""
        shape = tuple(self.rng.choice((0, *SIDES)) for _ in range(self.rng.choice((1, 1, 2, 3))))
        options = self.rng.choice([
            {}, {"chunks": True}, {"compression": "gzip", "shuffle": True}, {"compression": "lzf", "fletcher32": True},
            {"maxshape": (None,) * len(shape)}, {"maxshape": (None,) * len(shape), "scaleoffset": 0}, {"track_times": True},
        ])
        dtype = "i4" if "scaleoffset" in options else self.rng.choice(["f4", "i8", ">u2", "?", "c16", h5py.string_dtype(), "S7"])
        data = np.random.randint(0, 2, shape).astype("S7" if dtype == "S7" else "i4")
        data = np.array([*map(str, data.ravel())], object).reshape(shape) if h5py.check_string_dtype(np.dtype(dtype)) and dtype != "S7" else data
        self.group_of_some().create_dataset(self.new_name(), data=data, dtype=dtype, **options)

    def datasets(self):
        found = [one for one in self.objects(h5py.Dataset) if one.shape is not None]
        return found or [None]

    def write(self):
        dataset = self.rng.choice(self.datasets())
        # libhdf5 frees what stands in a fill value of variable length, and overwrites masks of chunks wrongly.
        if dataset is not None and 0 not in dataset.shape:
            self.rows.gentle = "scale-offset" in dataset.name
            self.put(dataset.id, dataset.id.get_type(), dataset.shape, True)

    def resize(self):
        dataset = self.rng.choice(self.datasets())
        if dataset is not None and dataset.chunks is not None:
            limits = [extent * 2 + 3 if most is None else most for extent, most in zip(dataset.shape, dataset.maxshape)]
            # Not to nothing: libhdf5 gives a single chunk back then, and still points to it.
            dataset.resize(tuple(self.rng.randint(1, min(limit, 40)) for limit in limits))

    def attribute(self):
        _, tid = self.datatype()
        shape = self.rng.choice([(), (), (1,), (5,), (0,), (2, 3), None])
        space = h5s.create(h5s.NULL) if shape is None else h5s.create_simple(shape) if shape else h5s.create(h5s.SCALAR)
        aid = h5a.create(self.some().id, self.new_name().encode(), tid, space)
        if shape is not None and 0 not in shape:
            call("H5Awrite", aid, tid, np.ascontiguousarray(self.rows.make(tid, int(np.prod(shape, dtype=int)))))

    def attributes(self):
        item = self.some()
        for i in range(self.rng.choice([7, 9, 30, 200])):
            item.attrs[f"{self.rng.choice(NAMES)[:50]} {i}"] = self.rng.choice([i, "text", [1.5, i], np.arange(i)])

    def huge(self):
        self.some().attrs[self.new_name()] = np.arange(self.rng.choice([900, 8_000, LONGEST]), dtype="u1")

    def drop(self):
        item = self.some()
        names = [*item.attrs]
        for name in self.rng.sample(names, self.rng.randrange(len(names) + 1)):
            del item.attrs[name]

    def soft(self):
        self.group_of_some()[self.new_name()] = h5py.SoftLink(self.rng.choice(["/nowhere", ".", self.some().name, "a/b"]))

    def external(self):
        name = self.rng.choice(["no such file.h5", self.file.filename.rsplit("/", 1)[-1]])
        self.group_of_some()[self.new_name()] = h5py.ExternalLink(name, self.rng.choice(["/", "/nowhere"]))

    def hard(self):
        self.group_of_some()[self.new_name()] = self.some()

    def committed(self):
        name, tid = self.datatype()
        if "of references" in name:
            # libhdf5 1.10 does not say what the references in such committed datatypes are.
            return
        tid.commit(self.group_of_some().id, f"{self.new_name()} {name}".encode())
        space, plist = h5s.create_simple((3,)), h5p.create(h5p.DATASET_CREATE)
        did = h5d.create(self.group_of_some().id, self.new_name().encode(), tid, space, plist)
        self.put(did, tid, (3,), False)

    def scale(self):
        dataset = self.rng.choice(self.datasets())
        if dataset is not None and len(dataset.shape) > 0 and dataset.attrs.get("CLASS") is None:
            axis = self.rng.randrange(len(dataset.shape))
            made = self.group_of_some().create_dataset(self.new_name(), data=np.arange(dataset.shape[axis]))
            made.make_scale(self.rng.choice(["", "x", "länge"]))
            dataset.dims[axis].attach_scale(made)
            dataset.dims[axis].label = "axis"
            made.attrs["to"] = dataset.ref
            dataset.attrs["part"] = dataset.regionref[...]

    def links(self):
        groups = [one for one in self.objects(h5py.Group) if len(one) > 0]
        group = self.rng.choice(groups) if groups else None
        return (group, self.rng.choice([*group])) if group is not None else (None, "")

    def unlink(self):
        group, name = self.links()
        if group is not None:
            del group[name]

    def rename(self):
        group, name = self.links()
        if group is not None:
            group.move(name, self.new_name())

    def copy(self):
        item = self.some(h5py.Dataset)
        if item is not None:
            self.file.copy(item, self.group_of_some(), self.new_name())
