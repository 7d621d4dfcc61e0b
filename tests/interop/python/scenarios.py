"""Edits and facts that single tests ask for."""
import zlib

import h5py
import numpy as np
from h5py import h5d, h5s, h5t


def convert(cases):
    """What libhdf5 makes of numbers of one type written into a dataset of another."""
    answers = []
    with h5py.File("convert", "w", driver="core", backing_store=False) as file:
        for source, target, raw in cases:
            values = np.frombuffer(bytes.fromhex(raw), dtype=source)
            ds = file.create_dataset(None, values.shape, dtype=target)
            ds.id.write(h5s.ALL, h5s.ALL, values, mtype=h5t.py_create(values.dtype))
            answers.append(ds[()].tobytes().hex())
    return answers


def guess_chunks(cases):
    return [list(h5py._hl.filters.guess_chunk(tuple(shape), None, size)) for shape, size in cases]


def edit_attributes(path, rounds):
    """Replaces one attribute by ever other sizes, as users of h5py do."""
    with h5py.File(path, "r+") as file:
        for index in range(rounds):
            file.attrs["changing"] = np.arange((37 * index) % 200, dtype="i8")
            file.attrs["text"] = "x" * ((53 * index) % 300)
            file.attrs["n%d" % index] = index
        for index in range(0, rounds, 2):
            del file.attrs["n%d" % index]


def link_many(path, group, names):
    with h5py.File(path, "r+") as file:
        for name in names:
            file.require_group(group).create_group(name)


def hard_links(path):
    with h5py.File(path, "r+") as file:
        data = file["data"]
        file["first"] = data
        file["group/second"] = data
        file["soft"] = h5py.SoftLink("/group/second")
        file["dangling"] = h5py.SoftLink("/not/there")
        file["elsewhere"] = h5py.ExternalLink("other.h5", "/x")


def unlink(path, names):
    with h5py.File(path, "r+") as file:
        for name in names:
            del file[name]
        return sorted(file)


def names_of(path, group="/"):
    with h5py.File(path, "r") as file:
        return list(file[group])


def odd_attributes(path):
    """Attributes that take h5py's lower layer to make."""
    with h5py.File(path, "w") as file:
        file.attrs["null"] = h5py.Empty("f8")
        file.attrs["null text"] = h5py.Empty(h5py.string_dtype())
        file.attrs["empty text"] = ""
        file.attrs["empty bytes"] = np.bytes_(b"")
        file.attrs["bytes"] = np.bytes_(b"abc")
        file.attrs["no elements"] = np.empty((0, 3), "i2")
        file.attrs["texts"] = ["a", "Ω", ""]
        file.attrs["fixed"] = np.array([b"a", b"bcd"])
        file.attrs["Ωμέγα 名"] = True
        file.attrs["complex"] = 1 - 2j
        file.attrs["half"] = np.float16(1.5)
        file.attrs["reference"] = file.ref
        file.attrs["references"] = np.array([file.ref, h5py.Reference()], dtype=h5py.ref_dtype)
        file.attrs["record"] = np.array([(1, 2.5, b"x")], dtype=[("a", "<i4"), ("b", ">f8"), ("c", "S3")])
        file.attrs.create("list", [1, 2, 3], dtype="u1")
        sequences = np.empty(2, dtype=object)
        sequences[:] = [np.arange(3, dtype="i4"), np.arange(1, dtype="i4")]
        file.attrs.create("sequences", sequences, dtype=h5py.vlen_dtype("i4"))
        file.attrs.create("matrix", np.arange(12, dtype=">u2").reshape(3, 4))
        file.attrs.create("array", np.arange(6, dtype="i2").reshape(2, 3), dtype=np.dtype(("i2", (3,))))
        file["type"] = np.dtype("<i4")
        file["type"].attrs["of"] = "a committed type"
        file.create_dataset("shared", (3,), dtype=file["type"], data=[1, 2, 3])


def mixed_file(path):
    """Superblock 0, a version 2 root header, and symbol tables below it."""
    with h5py.File(path, "w", track_order=True) as file:
        file.create_group("old", track_order=False).create_dataset("x", data=np.arange(5))
        file["z"] = 1
        file["a"] = 2
        file.attrs["one"] = 1


def filtered(path):
    """A dataset with a filter that hdfive lacks, and one whose chunk skips its filter."""
    with h5py.File(path, "w") as file:
        file.create_dataset("lzf", data=np.arange(1000), chunks=(100,), compression="lzf")
        ds = file.create_dataset("skipped", (4, 4), "<i4", chunks=(2, 2), compression="gzip", shuffle=True)
        ds[...] = np.arange(16).reshape(4, 4)
        ds.id.write_direct_chunk((0, 2), np.arange(100, 104, dtype="<i4").tobytes(), filter_mask=3)


def checksummed(path):
    """The addresses of chunks, for tests that damage them."""
    with h5py.File(path, "w") as file:
        checked = file.create_dataset("checked", data=np.arange(64, dtype="<i4"), chunks=(16,), fletcher32=True)
        squeezed = file.create_dataset("squeezed", data=np.arange(64, dtype="<i4"), chunks=(16,), compression="gzip")
        squeezed.id.write_direct_chunk((16,), zlib.compress(b"short"))
        file.flush()
        return {"address": checked.id.get_chunk_info(1).byte_offset, "size": checked.id.get_chunk_info(1).size}


def shrink_and_grow(path):
    with h5py.File(path, "r+") as file:
        ds = file["data"]
        ds.resize((3, 3))
        ds.resize((6, 5))
        return ds[()].tolist()


def create_like_users(path):
    """Names that libhdf5 keeps with their character set, which moves the links of an old group into its header."""
    with h5py.File(path, "r+") as file:
        file["名前"] = 1
        file["Ω"] = 2


COMMANDS = {
    "convert": convert,
    "guess_chunks": guess_chunks,
    "edit_attributes": edit_attributes,
    "link_many": link_many,
    "hard_links": hard_links,
    "unlink": unlink,
    "names_of": names_of,
    "odd_attributes": odd_attributes,
    "mixed_file": mixed_file,
    "filtered": filtered,
    "checksummed": checksummed,
    "shrink_and_grow": shrink_and_grow,
    "create_like_users": create_like_users,
}
