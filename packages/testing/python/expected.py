"""What libhdf5 sees in a file, as the JSON document with which the corpus runner compares: argument 1 is the file.

Values are read in the file's own datatype and taken apart here, so that no conversion of libhdf5 stands between the bytes
and their digest. What cannot be read has no digest, and a note that says why.
"""

import ctypes
import json
import os
import sys

os.environ.setdefault("HDF5_USE_FILE_LOCKING", "FALSE")

import h5py  # noqa: E402
import numpy as np  # noqa: E402
from datatypes import describe  # noqa: E402
from h5py import h5a, h5d, h5f, h5g, h5o, h5p, h5s, h5t  # noqa: E402
from hdf5_library import LIB, GroupInfo, ask, comment_of, number, text  # noqa: E402
from values import Encoder, shape_of, values  # noqa: E402

UNDEFINED = 2**64 - 1
LAYOUTS = ["compact", "contiguous", "chunked", "virtual"]
INDEXES = ["btree1", "single", "implicit", "farray", "earray", "btree2"]
STORAGES = ["symbol_table", "compact", "dense"]


def stored_filter(plist, index):
    """Identifier, flags and client data: h5py has room for 16 values, and gives what lies behind them where there are more."""
    flags, count, values = ctypes.c_uint(), ctypes.c_size_t(256), (ctypes.c_uint * 256)()
    code = LIB.H5Pget_filter2(
        ctypes.c_int64(plist.id), ctypes.c_uint(index), ctypes.byref(flags), ctypes.byref(count), values,
        ctypes.c_size_t(0), None, None,
    )
    if code < 0:
        raise OSError("H5Pget_filter2 failed")
    return code, flags.value, list(values[: min(count.value, 256)])


class Document:
    def __init__(self, path):
        self.path = path
        self.fid = h5f.open(path.encode(), h5f.ACC_RDONLY)
        self.objects, self.links, self.paths, self.waiting = {}, {}, {}, []
        self.walk()
        self.encoder = Encoder(self.fid, self.paths)

    def walk(self):
        stack = [("/", h5g.open(self.fid, b"/"), None)]
        while stack:
            path, group, name = stack.pop()
            try:
                oid = group if name is None else h5o.open(group, name)
                info = h5o.get_info(oid)
            except (OSError, KeyError, RuntimeError, ValueError):
                self.links[path] = {"kind": "hard", "target": None}
                continue
            if info.addr in self.paths:
                self.links[path] = {"kind": "hard", "target": self.paths[info.addr]}
                continue
            self.paths[info.addr] = path
            self.waiting.append((path, oid, info))
            if isinstance(oid, h5g.GroupID):
                stack.extend(reversed(self.members(path, oid)))

    def members(self, path, group):
        found = []
        for name in sorted(group):
            below = f"{path.rstrip('/')}/{text(name)}"
            kind = group.links.get_info(name).type
            if kind == h5py.h5l.TYPE_HARD:
                found.append((below, group, name))
            elif kind == h5py.h5l.TYPE_SOFT:
                self.links[below] = {"kind": "soft", "target": text(group.links.get_val(name)), "at": (group, name)}
            elif kind == h5py.h5l.TYPE_EXTERNAL:
                file, target = group.links.get_val(name)
                self.links[below] = {"kind": "external", "file": text(file), "path": text(target), "at": (group, name)}
            else:
                self.links[below] = {"kind": "ud", "class": int(kind)}
        return found

    def resolve(self, link):
        """Where a soft or an external link ends, in the words of the document."""
        group, name = link.pop("at")
        try:
            oid = h5o.open(group, name)
        except (OSError, KeyError, RuntimeError, ValueError):
            return {"resolves": None if link["kind"] == "soft" else False}
        kinds = {h5g.GroupID: "group", h5d.DatasetID: "dataset"}
        same = h5py.h5i.get_file_id(oid) == self.fid
        if link["kind"] == "external":
            return {"resolves": True, "object": kinds.get(type(oid), "datatype")}
        return {"resolves": self.paths.get(h5o.get_info(oid).addr) if same else {"external": True}}

    def build(self):
        for path, oid, info in self.waiting:
            self.objects[path] = self.describe_object(oid, info)
        for link in self.links.values():
            if "at" in link:
                link.update(self.resolve(link))
        return {
            "format": 1,
            "reader": f"libhdf5 {h5py.version.hdf5_version}",
            "file": os.path.basename(self.path),
            "size": os.path.getsize(self.path),
            "superblock": self.superblock(),
            "objects": self.objects,
            "links": self.links,
            "notes": [],
        }

    def superblock(self):
        plist = self.fid.get_create_plist()
        leaf, internal, chunk, indexes = (ctypes.c_uint() for _ in range(4))
        ask("H5Pget_sym_k", plist.id, internal, leaf)
        ask("H5Pget_istore_k", plist.id, chunk)
        ask("H5Pget_shared_mesg_nindexes", plist.id, indexes)
        sizes = plist.get_sizes()
        strategy, persist, threshold = ctypes.c_int(), ctypes.c_bool(), ctypes.c_uint64()
        ask("H5Pget_file_space_strategy", plist.id, strategy, persist, threshold)
        page = ctypes.c_uint64()
        ask("H5Pget_file_space_page_size", plist.id, page)
        names = ["fsm_aggr", "page", "aggr", "none"]
        return {
            "version": plist.get_version()[0], "userblock": number(plist.get_userblock()), "sizeof_addr": sizes[0],
            "sizeof_size": sizes[1], "sym_leaf_k": leaf.value, "sym_int_k": internal.value, "istore_k": chunk.value,
            "sohm_nindexes": indexes.value,
            "fspace": {
                "strategy": names[strategy.value], "persist": persist.value, "threshold": number(threshold.value),
                "page_size": number(page.value),
            },
        }

    def describe_object(self, oid, info):
        plist = oid.get_create_plist()
        described = {"addr": number(info.addr), "rc": info.rc, "attrs": self.attributes(oid)}
        if plist.get_attr_creation_order() & h5p.CRT_ORDER_TRACKED:
            described["attr_order"] = self.attribute_order(oid)
        comment = comment_of(oid)
        if comment:
            described["comment"] = text(comment)
        if isinstance(oid, h5g.GroupID):
            return {"kind": "group", **described, **self.group(oid, plist)}
        if isinstance(oid, h5d.DatasetID):
            return {"kind": "dataset", **described, **self.dataset(oid, plist)}
        return {"kind": "datatype", **described, "dtype": describe(oid)}

    @staticmethod
    def attribute_order(oid):
        """Names in the order of creation; by name among those that claim the same moment."""
        listed = []
        by_creation = {"info": True, "index_type": h5py.h5.INDEX_CRT_ORDER}
        h5a.iterate(oid, lambda name, info: listed.append((info.corder, text(name))), **by_creation)
        moments = [moment for moment, _ in listed]
        return [name for _, name in (sorted(listed) if moments == sorted(moments) else listed)]

    def group(self, gid, plist):
        info = GroupInfo()
        if LIB.H5Gget_info(ctypes.c_int64(gid.id), ctypes.byref(info)) < 0:
            raise OSError("H5Gget_info failed")
        described = {"storage": STORAGES[info.storage], "nlinks": number(info.links)}
        if plist.get_link_creation_order() & h5p.CRT_ORDER_TRACKED:
            names = []
            gid.links.iterate(lambda name: names.append(text(name)), idx_type=h5py.h5.INDEX_CRT_ORDER)
            described["link_order"] = names
        return described

    def attributes(self, oid):
        found = {}
        for i in range(h5a.get_num_attrs(oid)):
            aid = h5a.open(oid, index=i)
            tid, space = aid.get_type(), aid.get_space()
            found[text(aid.name if isinstance(aid.name, bytes) else aid.name.encode())] = {
                "dtype": self.datatype(tid),
                "shape": shape_of(space, space.shape or ()),
                **values(self.encoder, tid, space, lambda raw, aid=aid, tid=tid: self.read_attribute(aid, tid, raw)),
            }
        return found

    @staticmethod
    def read_attribute(aid, tid, raw):
        if LIB.H5Aread(ctypes.c_int64(aid.id), ctypes.c_int64(tid.id), ctypes.c_void_p(raw.ctypes.data)) < 0:
            raise OSError("H5Aread failed")

    def datatype(self, tid):
        described = describe(tid)
        if isinstance(tid, h5t.TypeID) and tid.committed():
            address = h5o.get_info(tid).addr
            described["committed"] = self.paths.get(address, f"#{address}")
        return described

    def dataset(self, did, plist):
        tid, space = did.get_type(), did.get_space()
        layout = LAYOUTS[plist.get_layout()]
        maximum = [] if space.get_simple_extent_type() != h5s.SIMPLE else space.get_simple_extent_dims(True)
        limits = [None if extent in (h5s.UNLIMITED, UNDEFINED) else number(extent) for extent in maximum]
        filters = [stored_filter(plist, i) for i in range(plist.get_nfilters())]
        external = [plist.get_external(i) for i in range(plist.get_external_count())]
        described = {
            "dtype": self.datatype(tid),
            "shape": shape_of(space, space.shape or ()),
            "maxshape": None if space.get_simple_extent_type() == h5s.NULL else limits,
            "layout": layout,
            "chunks": [number(extent) for extent in plist.get_chunk()] if layout == "chunked" else None,
            "filters": [{"id": code, "flags": flags, "cd": cd} for code, flags, cd in filters],
            "fill": self.fill(plist, tid, layout),
            "storage_size": number(did.get_storage_size()),
        }
        if external:
            described["external"] = [
                [text(name if isinstance(name, bytes) else name.encode()), number(at), None if size == UNDEFINED else number(size)]
                for name, at, size in external
            ]
        if layout == "chunked":
            index = ctypes.c_int()
            if LIB.H5Dget_chunk_index_type(ctypes.c_int64(did.id), ctypes.byref(index)) >= 0:
                described["chunk_index"] = INDEXES[index.value]
            try:
                described["nchunks"] = did.get_num_chunks()
            except (OSError, RuntimeError, ValueError):
                pass
        if self.is_junk(did, plist, described["fill"]):
            return {**described, "digest": None, "digest_note": "undefined: never written, and no fill value applies"}
        return {**described, **values(self.encoder, tid, space, lambda raw: did.read(h5s.ALL, h5s.ALL, raw, tid))}

    @staticmethod
    def is_junk(did, plist, fill):
        filled = fill["time"] == "alloc" or (fill["time"] == "ifset" and fill["status"] != "undefined")
        return not filled and did.get_space_status() != h5d.SPACE_STATUS_ALLOCATED and plist.get_layout() != h5d.COMPACT

    def fill(self, plist, tid, layout):
        (status,) = ask("H5Pfill_value_defined", plist.id, ctypes.c_int())
        times = {h5d.ALLOC_TIME_EARLY: "early", h5d.ALLOC_TIME_LATE: "late", h5d.ALLOC_TIME_INCR: "incr"}
        fills = {h5d.FILL_TIME_ALLOC: "alloc", h5d.FILL_TIME_NEVER: "never", h5d.FILL_TIME_IFSET: "ifset"}
        described = {
            "status": ["undefined", "default", "user"][status],
            "alloc": times.get(plist.get_alloc_time(), "?"),
            "time": fills[plist.get_fill_time()],
        }
        if status == 0 or not self.is_plain(tid):
            return described
        raw = np.zeros((1, tid.get_size()), "u1")
        if LIB.H5Pget_fill_value(ctypes.c_int64(plist.id), ctypes.c_int64(tid.id), ctypes.c_void_p(raw.ctypes.data)) < 0:
            return described
        try:
            return {**described, "digest": self.encoder.digest(raw, tid)}
        except (ValueError, TypeError):
            return described

    @staticmethod
    def is_plain(tid):
        kind = tid.get_class()
        if kind == h5t.COMPOUND:
            return all(Document.is_plain(tid.get_member_type(i)) for i in range(tid.get_nmembers()))
        if kind == h5t.ARRAY:
            return Document.is_plain(tid.get_super())
        return kind not in (h5t.VLEN, h5t.REFERENCE) and not (kind == h5t.STRING and tid.is_variable_str())


if __name__ == "__main__":
    try:
        document = Document(sys.argv[1]).build()
    except Exception as error:  # Whatever it is, the runner is told that h5py could not say anything of this file.
        document = {"unreadable": f"{type(error).__name__}: {error}"}
    json.dump(document, sys.stdout)
