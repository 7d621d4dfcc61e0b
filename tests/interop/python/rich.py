"""A file with something of everything that a copy must carry over."""
import h5py
import numpy as np


def make_rich(path, libver, other=None):
    with h5py.File(path, "w", libver=libver, track_order=libver != "earliest") as f:
        source = f.create_group("source", track_order=libver != "earliest")
        source.attrs["title"] = "größe"
        source.attrs["list"] = ["a", "bb", ""]
        h5py.h5o.set_comment(source.id, b"a comment")
        source["plain"] = np.arange(24, dtype=">i4").reshape(4, 6)
        source["text"] = ["one", "", "three"]
        raw = np.zeros(2, h5py.string_dtype())
        raw[0], raw[1] = b"caf\xe9 \xff", "ok"
        source.create_dataset("not utf-8", data=raw)
        big = np.cumsum(np.random.default_rng(1).integers(0, 9, (50, 70)), axis=1).astype("<f4")
        source.create_dataset(
            "packed", data=big, chunks=(16, 16), maxshape=(None, 70), compression="gzip", shuffle=True, fletcher32=True
        )
        sparse = source.create_dataset("sparse", (60, 60), "<i2", chunks=(10, 10), fillvalue=-3)
        sparse[30:50, 10:15] = 7
        source.create_dataset("never", (100,), "<f8", fillvalue=2.5)
        source.create_dataset("scaled", data=np.arange(300) % 17, chunks=(100,), scaleoffset=0)
        source.create_dataset("lzf", data=np.arange(999), compression="lzf")
        source["scalar"] = 5.5
        source["empty"] = h5py.Empty("<i8")
        plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plist.set_layout(h5py.h5d.COMPACT)
        small = h5py.h5d.create(source.id, b"compact", h5py.h5t.STD_I16LE, h5py.h5s.create_simple((5,)), plist)
        small.write(h5py.h5s.ALL, h5py.h5s.ALL, np.arange(5, dtype="<i2"))
        nested = np.dtype([("id", "<i4"), ("names", h5py.string_dtype()), ("pair", "<f4", (2,)), ("to", h5py.ref_dtype)])
        source["types/nested"] = nested
        source["types/nested"].attrs["about"] = "a type"
        rows = source.create_dataset("rows", (3,), source["types/nested"], chunks=(2,), compression="gzip")
        rows[0] = (1, "x", (1, 2), source["plain"].ref)
        rows[1] = (2, "yy", (3, 4), source.ref)
        source.attrs.create("row", rows[0], dtype=source["types/nested"])
        ragged = source.create_dataset("ragged", (4,), h5py.vlen_dtype("<i2"))
        ragged[0], ragged[2] = [1, 2, 3], [4]
        source["inner/deep/leaf"] = np.float16(1.5)
        source["inner/hard"] = source["plain"]
        source["inner/soft"] = h5py.SoftLink("deep/leaf")
        source["inner/dangling"] = h5py.SoftLink("/nowhere")
        source["external"] = h5py.ExternalLink(other or "gone.h5", "/data")
        source["inner/up"] = source["inner"]
        refs = source.create_dataset("refs", (4,), h5py.ref_dtype)
        refs[0], refs[1] = source["inner/deep"].ref, source["packed"].ref
        outside = f.create_dataset("outside", data=np.arange(7))
        outside.attrs["unit"] = "m"
        refs[2] = outside.ref
        regions = source.create_dataset("regions", (2,), h5py.regionref_dtype)
        regions[0] = source["plain"].regionref[1:3, ::2]
        source.attrs["region"] = source["plain"].regionref[2]
        source.attrs["ref"] = outside.ref
        source["x"] = np.arange(4.0)
        source["x"].make_scale("an x")
        source["plain"].dims[0].attach_scale(source["x"])
        source["plain"].dims[0].label = "along"
        if libver != "earliest":
            many = source.create_group("many")
            for i in range(40):
                many.create_group(f"g{i:02}")
                many.attrs[f"a{i:02}"] = i
    if other is not None:
        with h5py.File(other, "w") as f:
            f["data"] = np.arange(3) + 100


def their_copy(path, into, source, name, **options):
    """What h5py's copy makes of it."""
    if into == path:
        with h5py.File(path, "r+") as f:
            f.copy(source, f, name, **options)
    else:
        with h5py.File(path, "r") as f, h5py.File(into, "a") as g:
            f.copy(source, g, name, **options)


COMMANDS = {"make_rich": make_rich, "their_copy": their_copy}
