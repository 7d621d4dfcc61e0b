"""Datatypes that h5py has no name for: written as bytes through libhdf5, with the values libhdf5 converts them to."""
import ctypes
import math
import random
import re
import struct
import sys
from fractions import Fraction

import h5py
import numpy as np
from h5py import h5a, h5d, h5s, h5t

import describe

with open("/proc/self/maps") as maps:
    LIBRARY = next(line.split()[-1] for line in maps if "/libhdf5" in line and "_hl" not in line)
C = ctypes.CDLL(LIBRARY)
ID = ctypes.c_int64
for name in ("H5Tenum_create", "H5Tcomplex_create"):
    if hasattr(C, name):
        getattr(C, name).restype = ID

ORDERS = {"LE": 0, "BE": 1, "VAX": 2}
COUNT = 36


def checked(code):
    if code < 0:
        raise RuntimeError("libhdf5 refused")
    return code


def integer(size, precision=None, offset=0, signed=True, order="LE", pads=(0, 0), bits=False):
    tid = (h5t.STD_B8LE if bits else h5t.STD_I8LE if signed else h5t.STD_U8LE).copy()
    # Through C: h5py has no such methods for bit fields.
    own = ID(tid.id)
    checked(C.H5Tset_size(own, ctypes.c_size_t(size)))
    checked(C.H5Tset_precision(own, ctypes.c_size_t(precision or 8 * size)))
    checked(C.H5Tset_offset(own, ctypes.c_size_t(offset)))
    checked(C.H5Tset_order(own, ORDERS[order]))
    checked(C.H5Tset_pad(own, pads[0], pads[1]))
    return tid


def floating(size, sign, exponent, exponent_size, mantissa, mantissa_size, bias, order="LE", norm="implied", offset=0, precision=None):
    tid = h5t.IEEE_F64LE.copy()
    if size > 8:
        tid.set_size(size)
        tid.set_precision(8 * size)
    tid.set_fields(sign, exponent, exponent_size, mantissa, mantissa_size)
    tid.set_offset(offset)
    tid.set_precision(precision or sign + 1 - offset)
    tid.set_size(size)
    tid.set_ebias(bias)
    tid.set_norm({"implied": h5t.NORM_IMPLIED, "none": h5t.NORM_NONE}[norm])
    checked(C.H5Tset_order(ID(tid.id), ORDERS[order]))
    return tid


def numbers():
    """Labels of numbers, and how their types are made."""
    types = {}
    for order in ("LE", "BE"):
        for signed in (True, False):
            sign = "i" if signed else "u"
            for size in range(1, 17):
                types["%s%d %s" % (sign, size, order)] = lambda a=(size, None, 0, signed, order): integer(*a)
            for size, precision, offset, pads in (
                (2, 12, 0, (0, 1)), (2, 12, 4, (1, 1)), (2, 1, 15, (1, 0)), (4, 17, 3, (1, 0)), (4, 31, 1, (0, 0)),
                (3, 20, 2, (1, 1)), (8, 53, 5, (0, 1)), (8, 12, 50, (1, 1)), (7, 50, 3, (0, 0)), (16, 64, 64, (1, 1)),
                (16, 65, 3, (0, 0)), (16, 128, 0, (0, 0)), (12, 90, 6, (1, 1)),
            ):
                label = "%s%d:%d at %d %s" % (sign, size, precision, offset, order)
                types[label] = lambda a=(size, precision, offset, signed, order, pads): integer(*a)
        for size, precision, offset in ((1, 8, 0), (1, 3, 2), (3, 24, 0), (4, 20, 7), (8, 64, 0), (16, 100, 9)):
            label = "bits %d:%d at %d %s" % (size, precision, offset, order)
            types[label] = lambda a=(size, precision, offset, False, order, (1, 0), True): integer(*a)
        for label, fields in FLOATS.items():
            if fields[0] > 1 or order == "LE":
                types["%s %s" % (label, order)] = lambda f=fields, o=order: floating(*f[:7], o, *f[7:])
    types["VAX F"] = lambda: floating(4, 31, 23, 8, 0, 23, 0x81, "VAX")
    types["VAX D"] = lambda: floating(8, 63, 55, 8, 0, 55, 0x81, "VAX")
    types["VAX G"] = lambda: floating(8, 63, 52, 11, 0, 52, 0x401, "VAX")
    return types


FLOATS = {
    "float16": (2, 15, 10, 5, 0, 10, 15),
    "bfloat16": (2, 15, 7, 8, 0, 7, 127),
    "float32": (4, 31, 23, 8, 0, 23, 127),
    "float64": (8, 63, 52, 11, 0, 52, 1023),
    "E4M3": (1, 7, 3, 4, 0, 3, 7),
    "E5M2": (1, 7, 2, 5, 0, 2, 15),
    "E2M3": (1, 5, 3, 2, 0, 3, 1),
    "E3M2": (1, 5, 2, 3, 0, 2, 3),
    "E2M1": (1, 3, 1, 2, 0, 1, 1),
    "float24": (3, 23, 16, 7, 0, 16, 63),
    "20 bits at 7": (4, 26, 20, 6, 7, 13, 31, "implied", 7, 20),
    "sign between": (4, 20, 21, 8, 2, 18, 127, "implied", 2, 28),
    "small bias": (4, 31, 23, 8, 0, 23, 10),
    "large bias": (4, 31, 23, 8, 0, 23, 200),
    "12 exponent bits": (8, 63, 51, 12, 0, 51, 2047),
    "x87 in 10": (10, 79, 64, 15, 0, 64, 16383, "none"),
    "x87 in 12": (12, 79, 64, 15, 0, 64, 16383, "none"),
    "x87 in 16": (16, 79, 64, 15, 0, 64, 16383, "none"),
    "quad": (16, 127, 112, 15, 0, 112, 16383),
    "IBM double-double": (16, 127, 116, 11, 0, 116, 1023),
    "no implied bit": (4, 31, 23, 8, 0, 23, 127, "none"),
}


def elements(tid, seed):
    """Elements as bytes: the edges of the layout, then noise; padding holds what no writer of libhdf5 would put there."""
    rng = random.Random(seed)
    size = tid.get_size()
    kind = tid.get_class()
    result = []
    for i in range(COUNT):
        bits = rng.getrandbits(8 * size)
        if kind == h5t.FLOAT:
            sign, exponent, esize, mantissa, msize = tid.get_fields()
            top = 2**esize - 1
            none = tid.get_norm() == h5t.NORM_NONE
            high = 1 << (msize - 1)
            near = min(top - 1, max(1, tid.get_ebias() + rng.randrange(-3, 66)))
            e = [0, 0, 1, 1, top - 1, top, top, near, near, near, rng.randrange(top), min(top, tid.get_ebias() + 1023)][i % 12]
            m = [0, 1, 0, high, 2**msize - 1, 0, high | 1, 0, high >> 1, rng.getrandbits(msize), rng.getrandbits(msize), rng.getrandbits(msize)][i % 12]
            if msize > 53 and i % 4 == 1:
                # Ties of float64, and what lies just beside them.
                m = (rng.getrandbits(msize - 1) >> (msize - 54) << (msize - 54)) + [0, 1, -1][i % 3] & (2**msize - 1)
            if none:
                m |= high if e else 0
                m = 0 if i % 12 in (0, 5) and e in (0,) else m
            clear = (1 << sign) | (top << exponent) | ((2**msize - 1) << mantissa)
            bits = (bits & ~clear) | (rng.getrandbits(1) << sign) | (e << exponent) | (m << mantissa)
        else:
            p, o = C.H5Tget_precision(ID(tid.id)), C.H5Tget_offset(ID(tid.id))
            edge = [0, 1, 2**p - 1, 2 ** (p - 1), 2 ** (p - 1) - 1]
            if i < len(edge):
                bits = (bits & ~((2**p - 1) << o)) | (edge[i] % 2**p) << o
        stored = bits.to_bytes(size, "little")
        if C.H5Tget_order(ID(tid.id)) == 1:
            stored = stored[::-1]
        elif C.H5Tget_order(ID(tid.id)) == 2:
            stored = b"".join(stored[at : at + 2] for at in range(size - 2, -1, -2))
        result.append(stored)
    return result


def converted(tid, raw, target):
    """What libhdf5 makes of elements of one type as another."""
    source, size = tid.get_size(), target.get_size()
    buffer = ctypes.create_string_buffer(b"".join(raw), len(raw) * max(source, size))
    checked(C.H5Tconvert(ID(tid.id), ID(target.id), ctypes.c_size_t(len(raw)), buffer, None, ID(0)))
    return [buffer.raw[i * size : (i + 1) * size] for i in range(len(raw))]


def neutral(tid, raw):
    """Values in the words of the comparison: integers in decimal, floats as the bytes of a binary64."""
    kind = tid.get_class()
    if kind == h5t.FLOAT:
        return [rounded(tid, one, item) for one, item in zip(raw, converted(tid, raw, h5t.IEEE_F64LE))]
    signed = kind == h5t.INTEGER and tid.get_sign() == h5t.SGN_2
    target = integer(16, 128, 0, signed, "LE", (0, 0), kind == h5t.BITFIELD)
    return [str(int.from_bytes(item, "little", signed=signed)) for item in converted(tid, raw, target)]


def rounded(tid, one, item):
    """
    libhdf5's binary64 of a float. What the processor does not convert libhdf5 rounds away from zero where it lies in the
    middle, and does not count on in the exponent what is rounded up to a power of two (1.10), or infinity (both).
    """
    value = exact(tid, one)
    theirs = struct.unpack("<d", item)[0]
    if value is None or isinstance(value, float):
        return float_word(item)
    try:
        ours = float(value)
    except OverflowError:
        ours = math.inf if value > 0 else -math.inf
    if ours != theirs:
        tie = not math.isinf(ours) and abs(value - Fraction(ours)) == abs(value - Fraction(theirs))
        past = math.isinf(ours) and abs(value) < 2**1024 and abs(theirs) in (2.0**1023, sys.float_info.max)
        carried = 2 * theirs == ours and math.frexp(ours)[0] in (0.5, -0.5) and abs(value) < abs(ours)
        if theirs != theirs or not (tie or past or carried):
            raise AssertionError("libhdf5 makes %r of %r" % (theirs, value))
        return struct.pack(">d", ours).hex()
    return float_word(item)


def float_word(item):
    value = struct.unpack("<d", item)[0]
    return "nan" if value != value else item[::-1].hex()


def doubles(items, code):
    return [float_word(struct.pack("<d", struct.unpack(code, item)[0])) for item in items]


def exact(tid, item):
    """The value of a float as a fraction, an infinity, or None."""
    order = C.H5Tget_order(ID(tid.id))
    if order == ORDERS["BE"]:
        item = item[::-1]
    elif order == ORDERS["VAX"]:
        item = b"".join(item[at : at + 2] for at in range(len(item) - 2, -1, -2))
    bits = int.from_bytes(item, "little")
    sign, exponent, esize, mantissa, msize = tid.get_fields()
    implied = tid.get_norm() == h5t.NORM_IMPLIED
    e = bits >> exponent & (2**esize - 1)
    m = bits >> mantissa & (2**msize - 1)
    negative = -1 if bits >> sign & 1 else 1
    fraction = msize if implied else msize - 1
    if e == 2**esize - 1:
        return negative * math.inf if m % 2**fraction == 0 else None
    power = (max(e, 1) if implied else e) - tid.get_ebias() - fraction
    return negative * (m + (2**msize if implied and e else 0)) * Fraction(2) ** power


def as_other(tid, raw):
    """The same numbers as other types: not-a-number as an integer is left to the compiler of libhdf5."""
    kind = tid.get_class()
    answers = {}
    if kind == h5t.BITFIELD:
        return answers
    for label, target, bits, signed in (
        ("int8", h5t.STD_I8LE, 8, True), ("uint16", h5t.STD_U16LE, 16, False), ("int32", h5t.STD_I32LE, 32, True),
        ("int64", h5t.STD_I64LE, 64, True), ("uint64", h5t.STD_U64LE, 64, False),
    ):
        if kind == h5t.FLOAT:
            # libhdf5 takes small negative numbers for large ones there, and 2**63 for a negative one.
            low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
            values = [exact(tid, item) for item in raw]
            answers[label] = [
                None if value is None else str(low if value < low else high if value > high else math.trunc(value))
                for value in values
            ]
        else:
            low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
            whole = [min(high, max(low, int(value))) for value in neutral(tid, raw)]
            theirs = [int.from_bytes(item, "little", signed=signed) for item in converted(tid, raw, target)]
            # Where only the order of the bytes differs libhdf5 swaps them and forgets the sign and the precision.
            if whole != theirs and not (tid.get_order() == h5t.ORDER_BE and 8 * tid.get_size() == bits):
                raise AssertionError("libhdf5 makes %r of %r" % (theirs, whole))
            answers[label] = [str(value) for value in whole]
    if kind == h5t.FLOAT or tid.get_size() <= 8:
        # Of wider integers libhdf5 makes floats past the end of its buffer.
        answers["float64"] = neutral(tid, raw) if kind == h5t.FLOAT else doubles(converted(tid, raw, h5t.IEEE_F64LE), "<d")
        if kind == h5t.INTEGER or (tid.get_size() == 8 and tid.get_fields() == (63, 52, 11, 0, 52) and tid.get_order() != 2):
            answers["float32"] = doubles(converted(tid, raw, h5t.IEEE_F32LE), "<f")
    return answers


def write(dataset, tid, data):
    # Identifiers that h5py closes by itself live as long as these names do.
    checked(C.H5Dwrite(ID(dataset.id), ID(tid.id), ID(0), ID(0), ID(0), data))


def create(file, name, tid, shape, chunks=None):
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    if chunks:
        plist.set_chunk(chunks)
    return h5d.create(file.id, name.encode(), tid, h5s.create_simple(shape) if shape else h5s.create(h5s.SCALAR), plist)


class Hvl(ctypes.Structure):
    _fields_ = [("len", ctypes.c_size_t), ("p", ctypes.c_void_p)]


def datatype_labels(libver):
    # What is patched below has no checksum in the earliest format.
    return [label for label in numbers() if libver == "earliest" or not label.startswith("VAX")]


def datatype_write(path, label, libver):
    """Writes elements of a number type in every place; answers what they are there."""
    tid = numbers()[label]()
    raw = elements(tid, label)
    values = neutral(tid, raw)
    size = tid.get_size()
    with h5py.File(path, "w", libver=tuple(libver) if isinstance(libver, list) else libver) as file:
        write(create(file, "scalar", tid, ()), tid, raw[0])
        write(create(file, "flat", tid, (COUNT,)), tid, b"".join(raw))
        write(create(file, "chunked", tid, (6, 6), (4, 4)), tid, b"".join(raw))
        attribute = h5a.create(file.id, b"attribute", tid, h5s.create_simple((COUNT,)))
        checked(C.H5Awrite(ID(attribute.id), ID(tid.id), b"".join(raw)))
        triple = h5t.array_create(tid, (2, 3))
        write(create(file, "array", triple, (COUNT // 6,)), triple, b"".join(raw))
        record = h5t.create(h5t.COMPOUND, 7 * size + 9)
        record.insert(b"x", 3, tid)
        record.insert(b"list", size + 5, triple)
        packed = b"".join(
            b"\xaa\xbb\xcc" + raw[i] + b"\xdd\xee" + b"".join(raw[i : i + 6]) + b"\xff" * 4 for i in range(12)
        )
        write(create(file, "compound", record, (12,)), record, packed)
        vlen = h5t.vlen_create(tid)
        keep = []
        write(create(file, "vlen", vlen, (8,)), vlen, hvl([b"".join(raw[i : 2 * i]) for i in range(8)], size, keep))
        tid.copy().commit(file.id, b"type")
    if label.startswith("VAX"):
        # libhdf5 writes these in version 1 of the message, where it reads them as big-endian.
        with open(path, "r+b") as file:
            bytes_ = file.read()
            file.seek(0)
            file.write(re.sub(rb"\x11a(.\x00[\x04\x08]\x00\x00\x00)", rb"1a\1", bytes_, flags=re.DOTALL))
    return {
        "values": values,
        "raw": [item.hex() for item in raw],
        "as": as_other(tid, raw),
        "class": tid.get_class(),
    }


def datatype_read(path):
    """The values of the elements that others wrote, as libhdf5 reads them."""
    with h5py.File(path, "r") as file:
        dset = file["flat"].id
        tid = dset.get_type()
        size = tid.get_size()
        buffer = ctypes.create_string_buffer(COUNT * size)
        checked(C.H5Dread(ID(dset.id), ID(tid.id), ID(0), ID(0), ID(0), buffer))
        return neutral(tid, [buffer.raw[i * size : (i + 1) * size] for i in range(COUNT)])


def hvl(parts, size, keep):
    """Variable-length elements in the memory of libhdf5: counts and pointers."""
    lists = (Hvl * len(parts))()
    for i, part in enumerate(parts):
        keep.append(ctypes.create_string_buffer(part, max(1, len(part))))
        lists[i] = Hvl(len(part) // size, ctypes.cast(keep[-1], ctypes.c_void_p) if part else None)
    return bytes(lists)


def pointer(text, keep):
    """A string in the memory of libhdf5: NULL for None."""
    if text is None:
        return struct.pack("@P", 0)
    keep.append(ctypes.create_string_buffer(text))
    return struct.pack("@P", ctypes.addressof(keep[-1]))


def string(size, pad, cset):
    tid = h5t.C_S1.copy()
    tid.set_size(size)
    tid.set_strpad(pad)
    tid.set_cset(cset)
    return tid


TEXTS = ("", "a", "ab ", "\u03a9\u03bc", "eight ch", " x", "1234567", "\u65e5\u672c")


def fixed(size, pad, cset):
    """Elements of a fixed string type, some without room for an end, and their text."""
    raw, texts = [], []
    for text in TEXTS:
        stored = (text if cset == h5t.CSET_UTF8 else text.encode("ascii", "replace").decode()).encode()
        stored = stored[:size] if len(text) == len(text.encode()) else stored if len(stored) <= size else b""
        stored = stored.rstrip(b" ") if pad == h5t.STR_SPACEPAD else stored
        filler = b" " if pad == h5t.STR_SPACEPAD else b"\0"
        filled = stored + filler * (size - len(stored))
        if pad == h5t.STR_NULLTERM and len(stored) < size - 1:
            filled = filled[:-1] + b"z"
        raw.append(filled)
        texts.append(stored.decode())
    return raw, texts


def others():
    """Datatypes that are no numbers, with their elements and what those are."""
    types = {}
    for pad, pad_name in ((h5t.STR_NULLTERM, "terminated"), (h5t.STR_NULLPAD, "null"), (h5t.STR_SPACEPAD, "space")):
        for cset, name in ((h5t.CSET_ASCII, "ascii"), (h5t.CSET_UTF8, "utf-8")):
            for size in (1, 2, 9):
                types["string %d %s %s" % (size, pad_name, name)] = lambda a=(size, pad, cset): (string(*a), *fixed(*a))
    for tag in (b"", b"seven b", b"a tag of some length"):
        def opaque(tag=tag):
            tid = h5t.create(h5t.OPAQUE, 5)
            tid.set_tag(tag)
            raw = [bytes((i, 255, 0, 2 * i, 7)) for i in range(8)]
            return tid, raw, [item.hex() for item in raw]
        types["opaque %s" % tag.decode()] = opaque
    for name in ("UNIX_D32LE", "UNIX_D32BE", "UNIX_D64LE", "UNIX_D64BE"):
        def time(name=name):
            tid = getattr(h5t, name)
            raw = [bytes(range(i, i + tid.get_size())) for i in range(8)]
            return tid, raw, [item.hex() for item in raw]
        types["time %s" % name] = time
    for size, order, signed in ((1, "LE", True), (2, "BE", True), (3, "LE", False), (4, "BE", False), (8, "LE", True), (8, "BE", False), (16, "BE", True)):
        def enumeration(size=size, order=order, signed=signed):
            base = integer(size, None, 0, signed, order)
            tid = h5t.TypeID(C.H5Tenum_create(ID(base.id)))
            values = [-1 if signed else 5, 0, 100, 2 ** (8 * size - 1) - 1]
            raw = [value.to_bytes(size, "little" if order == "LE" else "big", signed=signed) for value in values]
            for i, item in enumerate(raw):
                checked(C.H5Tenum_insert(ID(tid.id), b"NAME %d" % i, item))
            return tid, raw * 2, [str(value) for value in values] * 2
        types["enumeration of %d bytes %s" % (size, order)] = enumeration
    if hasattr(C, "H5Tcomplex_create"):
        for label in ("float16 LE", "float32 BE", "float64 LE", "x87 in 16 LE", "quad BE", "bfloat16 LE"):
            def complex_(label=label):
                base = numbers()[label]()
                parts = elements(base, label)[:16]
                tid = h5t.TypeID(C.H5Tcomplex_create(ID(base.id)))
                words = neutral(base, parts)
                raw = [a + b for a, b in zip(parts[::2], parts[1::2])]
                return tid, raw, [list(pair) for pair in zip(words[::2], words[1::2])]
            types["complex of %s" % label] = complex_
    for cset, name in ((h5t.CSET_ASCII, "ascii"), (h5t.CSET_UTF8, "utf-8")):
        def variable(cset=cset):
            tid = h5t.C_S1.copy()
            checked(C.H5Tset_size(ID(tid.id), ctypes.c_size_t(2**64 - 1)))
            tid.set_cset(cset)
            texts = [text for text in TEXTS if cset == h5t.CSET_UTF8 or text.isascii()][:5] + [None, "x" * 300, ""]
            return tid, lambda keep: [pointer(None if t is None else t.encode(), keep) for t in texts], [t or "" for t in texts]
        types["string of any length %s" % name] = variable
    types["sequence of sequences of records"] = deep
    types["array of records of arrays"] = arrays
    return types


def deep():
    """Sequences of sequences of records with a string, a big-endian float16 array and a sequence in them."""
    text = h5t.C_S1.copy()
    checked(C.H5Tset_size(ID(text.id), ctypes.c_size_t(2**64 - 1)))
    half = h5t.array_create(h5t.IEEE_F16BE, (2,))
    inner = h5t.vlen_create(h5t.STD_I16BE)
    record = h5t.create(h5t.COMPOUND, 8 + 4 + 4 + 16)
    for name, at, tid in ((b"text", 0, text), (b"half", 8, half), (b"number", 12, h5t.STD_U32BE), (b"list", 16, inner)):
        record.insert(name, at, tid)
    rows = h5t.vlen_create(record)
    tid = h5t.vlen_create(rows)

    def raw(keep):
        result = []
        for i in range(8):
            outer = []
            for j in range(i % 4):
                records = [
                    pointer(b"%d %d %d" % (i, j, k) if k != 1 else None, keep)
                    + struct.pack(">2eI", i / 2, -j, k)
                    + hvl([struct.pack(">%dh" % k, *range(k))], 2, keep)
                    for k in range(j + i % 2)
                ]
                outer.append(hvl([b"".join(records)], 32, keep))
            result.append(hvl([b"".join(outer)], 16, keep))
        return result

    values = [
        [
            [
                {"text": "%d %d %d" % (i, j, k) if k != 1 else "", "half": [i / 2, -j], "number": k, "list": list(range(k))}
                for k in range(j + i % 2)
            ]
            for j in range(i % 4)
        ]
        for i in range(8)
    ]
    return tid, raw, values


def arrays():
    """Arrays of records that hold arrays of records."""
    inner = h5t.create(h5t.COMPOUND, 5)
    inner.insert(b"a", 0, h5t.STD_I8LE)
    inner.insert(b"b", 2, integer(3, 20, 2, True, "BE"))
    pair = h5t.array_create(inner, (2,))
    record = h5t.create(h5t.COMPOUND, 12)
    record.insert(b"pair", 1, pair)
    tid = h5t.array_create(record, (2, 1))

    def one(i):
        return bytes((i, 99)) + (((i - 4) % 2**20) << 2 | 3).to_bytes(3, "big")

    raw = [b"".join(b"#" + one(i + j) + one(j) + b"!" for j in range(2)) for i in range(8)]
    value = lambda i: {"a": i, "b": i - 4}
    return tid, raw, [[[{"pair": [value(i + j), value(j)]}] for j in range(2)] for i in range(8)]


def other_labels(libver):
    # Complex numbers came after the versions that are allowed there.
    return [label for label in others() if isinstance(libver, str) or not label.startswith("complex")]


def other_write(path, label, libver):
    """Writes eight elements of a datatype in every place; answers what they are there."""
    tid, raw, values = others()[label]()
    keep = []
    raw = raw(keep) if callable(raw) else raw
    size = tid.get_size()
    with h5py.File(path, "w", libver=tuple(libver) if isinstance(libver, list) else libver) as file:
        write(create(file, "scalar", tid, ()), tid, raw[0])
        write(create(file, "flat", tid, (8,)), tid, b"".join(raw))
        write(create(file, "chunked", tid, (2, 4), (2, 3)), tid, b"".join(raw))
        attribute = h5a.create(file.id, b"attribute", tid, h5s.create_simple((8,)))
        checked(C.H5Awrite(ID(attribute.id), ID(tid.id), b"".join(raw)))
        pair = h5t.array_create(tid, (2,))
        write(create(file, "array", pair, (4,)), pair, b"".join(raw))
        record = h5t.create(h5t.COMPOUND, 3 * size + 6)
        record.insert(b"other", 0, h5t.STD_I16LE)
        record.insert(b"x", 3, tid)
        record.insert(b"list", size + 5, pair)
        packed = b"".join(b"\xaa\xbb\xcc" + raw[i] + b"\xdd\xee" + raw[i] + raw[i + 1] + b"\xff" for i in range(7))
        write(create(file, "compound", record, (7,)), record, packed)
        vlen = h5t.vlen_create(tid)
        parts = [b"".join(raw[i : 2 * i]) for i in range(5)]
        write(create(file, "vlen", vlen, (5,)), vlen, hvl(parts, size, keep))
        tid.copy().commit(file.id, b"type")
        file["type"].attrs["unit"] = np.arange(3, dtype=">i2")
    return values


def enumeration_write(path):
    """An enumeration, and what its names stand for; libhdf5 writes none without members."""
    named = {"A": -2, "B": 300, "\u03a9": 7}
    with h5py.File(path, "w") as file:
        file.create_dataset("named", (2,), h5py.enum_dtype(named, ">i4"))
    return named


def fields_write(path):
    """A dataset of records, and fields of it as h5py gives them."""
    dtype = np.dtype(
        [("id", ">u2"), ("where", [("x", "<f4"), ("y", "i1")]), ("list", "<i4", (2, 2)), ("text", h5py.string_dtype()), ("z", "<c8")]
    )
    rows = np.zeros(12, dtype)
    for i in range(12):
        rows[i] = (i, (i / 2, -i), [[i, 1], [2, 3]], "row %d" % i, complex(i, -1))
    asked = {}
    with h5py.File(path, "w") as file:
        dset = file.create_dataset("rows", data=rows.reshape(3, 4), chunks=(2, 3))
        for name in ("id", "where", "list", "text", "z"):
            asked[name] = describe.plain(dset[name], file)
            asked["%s part" % name] = describe.plain(dset[(name, slice(1, 3), 2)], file)
        for names in (("text", "id"), ("where", "list", "z")):
            value = dset[(*names, slice(0, 2))]
            asked[" ".join(names)] = {"names": list(value.dtype.names), "rows": describe.plain(value, file)}
    return asked


COMMANDS = {
    "datatype_labels": datatype_labels,
    "datatype_read": datatype_read,
    "datatype_write": datatype_write,
    "enumeration_write": enumeration_write,
    "fields_write": fields_write,
    "other_labels": other_labels,
    "other_write": other_write,
}
