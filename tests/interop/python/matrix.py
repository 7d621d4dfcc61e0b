"""Files of every datatype in every shape, layout and filter, written by h5py."""
import h5py
import numpy as np
from h5py import h5d, h5p, h5s, h5t

TEXTS = ["", "a", "Ωμέγα", "two words", "日本", "trailing ", "ß"]
ASCII = ["", "a", "abcdefgh", "two w", "x y z", "12345678", "~"]
UNLIMITED = h5s.UNLIMITED


def cycle(items, count):
    return [items[i % len(items)] for i in range(count)]


def integers(code):
    def values(count):
        info = np.iinfo(code)
        return np.array(cycle([int(info.min), int(info.max), 0, 1, int(info.max) // 3, 7], count), dtype=code)

    return values


def floats(code):
    def values(count):
        info = np.finfo(np.dtype(code).newbyteorder("="))
        items = [0.0, -0.0, 1.5, np.nan, np.inf, -np.inf, float(info.max), float(info.smallest_normal), -2.25]
        return np.array(cycle(items, count), dtype=code)

    return values


def filled(dtype, maker):
    def values(count):
        array = np.empty(count, dtype=dtype)
        for i in range(count):
            array[i] = maker(i)
        return array

    return values


def fixed(size, padding, charset):
    tid = h5t.C_S1.copy()
    tid.set_size(size)
    tid.set_strpad(padding)
    tid.set_cset(charset)
    return tid


def sequence(dtype):
    return lambda i: np.array([10 * i + k for k in range(i % 4)], dtype=dtype)


ENUM = h5py.enum_dtype({"LOW": -300, "NONE": 0, "HIGH": 70000}, basetype=">i4")
POINT = np.dtype([("x", "<f4"), ("y", ">i2")])
SPACED = np.dtype({"names": ["a", "b"], "formats": ["<i2", "<f8"], "offsets": [4, 16], "itemsize": 32})
TEXT = h5py.string_dtype()
EVERYTHING = np.dtype(
    [
        ("id", "<u8"),
        ("flag", "?"),
        ("where", POINT),
        ("path", POINT, (2,)),
        ("matrix", ">f4", (2, 2)),
        ("label", "S6"),
        ("note", TEXT),
        ("z", "<c8"),
        ("time", h5py.opaque_dtype("<M8[s]")),
        ("ref", h5py.ref_dtype),
    ]
)


def everything(file):
    def maker(i):
        ref = file["target"].ref if i % 2 else h5py.Reference()
        point = (i / 2, -i)
        matrix = [[1, 2], [3, i]]
        return (2**63 + i, i % 2 == 0, point, [point, (1, 2)], matrix, ASCII[i % 7][:6].encode(), TEXTS[i % 7], i - 1j, i, ref)

    return maker


def types(file):
    """Label, datatype as stored (None: what h5py makes of the values' dtype), values, whether bytes are written raw."""
    pads = [("nullterm", h5t.STR_NULLTERM), ("nullpad", h5t.STR_NULLPAD), ("spacepad", h5t.STR_SPACEPAD)]
    charsets = [("ascii", h5t.CSET_ASCII), ("utf-8", h5t.CSET_UTF8)]
    for bits in (8, 16, 32, 64):
        for kind in "iu":
            for order in "<>" if bits > 8 else "|":
                code = "%s%s%d" % (order, kind, bits // 8)
                yield code, None, integers(code), False
    for size in (2, 4, 8):
        for order in "<>":
            yield "%sf%d" % (order, size), None, floats("%sf%d" % (order, size)), False
    for code in ("<c8", ">c8", "<c16"):
        yield code, None, lambda n, code=code: (np.arange(n) - 1j * np.arange(n)).astype(code), False
    yield "bool", None, lambda n: np.arange(n) % 3 == 0, False
    yield "enum", None, lambda n: np.array(cycle([-300, 0, 70000], n), dtype=ENUM), False
    for pad_name, pad in pads:
        for set_name, charset in charsets:
            texts = ASCII if set_name == "ascii" else [text.strip() for text in TEXTS]
            tid = fixed(16, pad, charset)
            room = h5py.string_dtype(set_name, 15)
            values = lambda n, texts=texts, room=room: np.array([t.encode() for t in cycle(texts, n)], dtype=room)
            yield "string %s %s" % (pad_name, set_name), tid, values, False
    yield "vstring utf-8", None, filled(TEXT, lambda i: TEXTS[i % 7]), False
    yield "vstring ascii", None, filled(h5py.string_dtype("ascii"), lambda i: ASCII[i % 7]), False
    yield "vlen int32", None, filled(h5py.vlen_dtype(np.int32), sequence("<i4")), False
    yield "vlen float32", None, filled(h5py.vlen_dtype(np.float32), sequence("<f4")), False
    yield "vlen bool", None, filled(h5py.vlen_dtype(bool), lambda i: np.arange(i % 4) % 2 == 0), False
    tagged = h5t.create(h5t.OPAQUE, 5)
    tagged.set_tag(b"five bytes")
    raw = lambda n: np.frombuffer(bytes((7 * i) % 256 for i in range(5 * n)), dtype="V5")
    yield "opaque", tagged, raw, True
    yield "datetime", None, lambda n: np.arange(n).astype("<M8[us]").astype(h5py.opaque_dtype("<M8[us]")), False
    yield "bitfield 1", h5t.STD_B8LE, lambda n: np.arange(n, dtype="u1"), True
    yield "bitfield 4 be", h5t.STD_B32BE, lambda n: np.arange(n, dtype=">u4") + np.uint32(0xF0000000), True
    yield "array", None, lambda n: np.arange(6 * n, dtype=">i4"), "array"
    yield "compound", None, filled(POINT, lambda i: (i / 2, -i)), False
    yield "compound with gaps", None, filled(SPACED, lambda i: (i, i / 8)), False
    yield "compound of everything", None, filled(EVERYTHING, everything(file)), False
    yield "reference", None, filled(h5py.ref_dtype, lambda i: file["target"].ref if i % 2 else h5py.Reference()), False


SHAPES = [(), (0,), (3, 0), (7,), (4, 5), (3, 4, 2), (2, 3, 2, 3)]
STORAGES = [
    ("contiguous", h5d.CONTIGUOUS, ""),
    ("compact", h5d.COMPACT, ""),
    ("chunked", h5d.CHUNKED, ""),
    ("shuffle", h5d.CHUNKED, "s"),
    ("gzip", h5d.CHUNKED, "g"),
    ("shuffle gzip", h5d.CHUNKED, "sg"),
    ("fletcher32", h5d.CHUNKED, "f"),
    ("all filters", h5d.CHUNKED, "sgf"),
]


def create(file, name, tid, shape, layout, filters, grows, fill):
    dcpl = h5p.create(h5p.DATASET_CREATE)
    dcpl.set_layout(layout)
    if layout == h5d.CHUNKED:
        dcpl.set_chunk(tuple(max(1, (extent + 1) // 2) for extent in shape))
    if "s" in filters:
        dcpl.set_shuffle()
    if "g" in filters:
        dcpl.set_deflate(5)
    if "f" in filters:
        dcpl.set_fletcher32()
    if fill is not None:
        dcpl.set_fill_value(fill)
    if shape == ():
        space = h5s.create(h5s.SCALAR)
    else:
        most = tuple(UNLIMITED if i % 2 == 0 else n + i for i, n in enumerate(shape)) if grows else shape
        space = h5s.create_simple(shape, most)
    return h5py.Dataset(h5d.create(file.id, name.encode(), tid, space, dcpl))


def write_type(folder, label, index, libver):
    path = "%s/theirs-%d.h5" % (folder, index)
    with h5py.File(path, "w", libver=libver) as file:
        file.create_group("target").attrs["here"] = 1
        for name, tid, values, raw in types(file):
            if name != label:
                continue
            for shape in SHAPES:
                for storage, layout, filters in STORAGES:
                    if layout == h5d.CHUNKED and shape == ():
                        continue
                    if "f" in filters and label.startswith(("vstring", "vlen")):
                        continue  # libhdf5 refuses checksums of what are but pointers
                    count = int(np.prod(shape))
                    data = values(count)
                    grows = layout == h5d.CHUNKED and (len(filters) % 2 == 1 or 0 in shape)
                    title = "%s %s" % ("x".join(str(n) for n in shape) or "scalar", storage)
                    if raw == "array":
                        stored = h5t.py_create(np.dtype((">i4", (2, 3))), logical=True)
                        data = data.reshape(shape + (2, 3))
                    else:
                        stored = tid or h5t.py_create(data.dtype, logical=True)
                        data = data.reshape(shape)
                    plain = data.dtype.kind in "iuf" and raw is False
                    fill = np.array(3, data.dtype) if plain and filters == "sg" else None
                    ds = create(file, title, stored, shape, layout, filters, grows, fill)
                    if raw is True:
                        ds.id.write(h5s.ALL, h5s.ALL, np.ascontiguousarray(data), mtype=stored)
                    elif label.startswith("vlen"):
                        ds.id.write(h5s.ALL, h5s.ALL, data, mtype=h5t.py_create(data.dtype))
                    elif count > 0:
                        ds[...] = data
    return path


def labels():
    with h5py.File("labels", "w", driver="core", backing_store=False) as file:
        file.create_group("target")
        return [name for name, _, _, _ in types(file)]


COMMANDS = {"matrix_labels": labels, "matrix_write": write_type}
