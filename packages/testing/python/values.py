"""Values taken apart to their neutral form, and its digest.

Rows are the bytes of the elements in the file's own datatype, one row each; an encoding is rows too, or a list where
lengths differ.
"""

import ctypes
import hashlib
import math
from fractions import Fraction

import numpy as np
from datatypes import bits, order, reference_kind
from h5py import h5d, h5f, h5i, h5o, h5s, h5t
from hdf5_library import LIB, number

MOST_BYTES = 2**26
MOST_SLOW_ELEMENTS = 200_000
IEEE = {2: (15, 10, 5, 0, 10), 4: (31, 23, 8, 0, 23), 8: (63, 52, 11, 0, 52)}
BIASES = {2: 15, 4: 127, 8: 1023}


def integers(rows, tid):
    """The numbers of integers and of bit fields, as Python has them."""
    signed = tid.get_class() == h5t.INTEGER and tid.get_sign() == h5t.SGN_2
    endian = "big" if tid.get_order() == h5t.ORDER_BE else "little"
    precision, offset = bits(tid).values()
    for row in rows:
        value = (int.from_bytes(row.tobytes(), endian) >> offset) & ((1 << precision) - 1)
        yield value - (1 << precision) if signed and value >> (precision - 1) else value


def encode_integers(rows, tid):
    size = rows.shape[1]
    width = next((width for width in (1, 2, 4, 8) if width >= size), size)
    if size == width <= 8 and bits(tid) == {"precision": 8 * size, "offset": 0}:
        return rows[:, ::-1] if tid.get_order() == h5t.ORDER_BE else rows
    slow(rows)
    encoded = b"".join((value & ((1 << 8 * width) - 1)).to_bytes(width, "little") for value in integers(rows, tid))
    return np.frombuffer(encoded, "u1").reshape(len(rows), width)


def encode_floats(rows, tid):
    size, endian = rows.shape[1], tid.get_order()
    plain = IEEE.get(size) == tuple(tid.get_fields()) and BIASES[size] == tid.get_ebias() and bits(tid)["offset"] == 0
    if plain and tid.get_norm() == h5t.NORM_IMPLIED and endian in (h5t.ORDER_LE, h5t.ORDER_BE):
        stored = np.ascontiguousarray(rows).view(f"{'>' if endian == h5t.ORDER_BE else '<'}f{size}").ravel()
        values = stored.astype(f"<f{max(size, 4) if size != 2 else 8}")
    else:
        slow(rows)
        values = np.array([one_float(row.tobytes(), tid) for row in rows], "<f8")
    values[np.isnan(values)] = np.nan
    return values.view("u1").reshape(len(rows), -1)


def one_float(data, tid):
    if tid.get_order() == h5t.ORDER_VAX:
        data = b"".join(data[i : i + 2] for i in range(len(data) - 2, -1, -2))
    word = int.from_bytes(data, "big" if tid.get_order() == h5t.ORDER_BE else "little")
    sign_at, exponent_at, width, mantissa_at, digits = tid.get_fields()
    sign = -1 if (word >> sign_at) & 1 else 1
    exponent = (word >> exponent_at) & ((1 << width) - 1)
    mantissa = Fraction((word >> mantissa_at) & ((1 << digits) - 1), 1 << digits)
    norm = tid.get_norm()
    if exponent == (1 << width) - 1:
        # Where the leading bit is stored, it says nothing here.
        fraction = mantissa % Fraction(1, 2) if norm != h5t.NORM_IMPLIED else mantissa
        return math.nan if fraction else sign * math.inf
    lowest = exponent == 0
    if norm == h5t.NORM_IMPLIED and not lowest:
        mantissa += 1
    elif norm != h5t.NORM_IMPLIED:
        mantissa *= 2
    power = (1 if lowest else exponent) - tid.get_ebias()
    value = mantissa * Fraction(2) ** power
    try:
        return math.copysign(float(value), sign)
    except OverflowError:
        return sign * math.inf


def slow(rows):
    if len(rows) > MOST_SLOW_ELEMENTS:
        raise ValueError(f"{len(rows)} elements would take long")


def prefixed(data):
    return len(data).to_bytes(4, "little") + data


def trimmed(data, pad):
    if pad == h5t.STR_SPACEPAD:
        return data.rstrip(b" ")
    return data.rstrip(b"\0") if pad == h5t.STR_NULLPAD else data.split(b"\0", 1)[0]


def as_list(encoded):
    return [row.tobytes() for row in encoded] if isinstance(encoded, np.ndarray) else encoded


class Encoder:
    """Takes values apart; `paths` are those of objects by their addresses."""

    def __init__(self, fid, paths):
        self.fid = fid
        self.paths = paths

    def encode(self, rows, tid):
        kind = tid.get_class()
        if kind in (h5t.INTEGER, h5t.BITFIELD):
            return encode_integers(rows, tid)
        if kind == h5t.FLOAT:
            return encode_floats(rows, tid)
        if kind == h5t.ENUM:
            return self.encode(rows, tid.get_super())
        if kind == h5t.OPAQUE:
            return rows
        if kind == h5t.TIME:
            return rows[:, ::-1] if order(tid) == h5t.ORDER_BE else rows
        if kind == h5t.ARRAY:
            return self.inner(rows, tid.get_super(), int(np.prod(tid.get_array_dims())))
        if kind == h5t.COMPOUND:
            parts = []
            for i in range(tid.get_nmembers()):
                at, member = tid.get_member_offset(i), tid.get_member_type(i)
                parts.append(self.encode(rows[:, at : at + member.get_size()], member))
            return self.joined(parts)
        if kind not in (h5t.STRING, h5t.VLEN, h5t.REFERENCE):
            return self.inner(rows, tid.get_super(), 2)
        slow(rows)
        return [self.one(row.tobytes(), tid) for row in rows]

    def inner(self, rows, base, count):
        flat = np.ascontiguousarray(rows).reshape(len(rows) * count, base.get_size())
        encoded = self.encode(flat, base)
        if isinstance(encoded, np.ndarray):
            return np.ascontiguousarray(encoded).reshape(len(rows), -1)
        return [b"".join(encoded[i * count : (i + 1) * count]) for i in range(len(rows))]

    @staticmethod
    def joined(parts):
        if all(isinstance(part, np.ndarray) for part in parts):
            return np.hstack(parts)
        return [b"".join(row) for row in zip(*map(as_list, parts))]

    def one(self, data, tid):
        kind = tid.get_class()
        if kind == h5t.REFERENCE:
            return self.reference(data, reference_kind(tid))
        if kind == h5t.STRING:
            if not tid.is_variable_str():
                return prefixed(trimmed(data, tid.get_strpad()))
            pointer = int.from_bytes(data, "little")
            return prefixed(ctypes.string_at(pointer) if pointer else b"")
        count, pointer = int.from_bytes(data[:8], "little"), int.from_bytes(data[8:16], "little")
        base = tid.get_super()
        if count == 0:
            return bytes(4)
        stored = np.frombuffer(ctypes.string_at(pointer, count * base.get_size()), "u1").reshape(count, base.get_size())
        return count.to_bytes(4, "little") + b"".join(as_list(self.encode(stored, base)))

    def reference(self, data, kind):
        if kind == "std":
            return self.revised_reference(data)
        if not any(data):
            return prefixed(b"")
        if kind == "object":
            address = int.from_bytes(data, "little")
            return prefixed(self.paths.get(address, f"#{address}").encode())
        LIB.H5Rdereference2.restype = ctypes.c_int64
        target = LIB.H5Rdereference2(ctypes.c_int64(self.fid.id), ctypes.c_int64(0), ctypes.c_int(1), data)
        if target < 0:
            raise ValueError("a region of nothing")
        owner = h5d.DatasetID(target)
        address = h5o.get_info(owner).addr
        space = h5s.SpaceID(LIB.H5Rget_region(ctypes.c_int64(owner.id), ctypes.c_int(1), data))
        return prefixed(self.paths.get(address, f"#{address}").encode()) + selected(space)

    def revised_reference(self, data):
        """A reference of HDF5 1.12: to an object, a region or an attribute."""
        if not any(data):
            return b"\0"
        LIB.H5Ropen_object.restype = LIB.H5Ropen_region.restype = ctypes.c_int64
        LIB.H5Rget_file_name.restype = LIB.H5Rget_attr_name.restype = ctypes.c_ssize_t
        kind = {2: b"O", 3: b"R", 4: b"T"}[LIB.H5Rget_type(data)]
        file, name = ctypes.create_string_buffer(4096), ctypes.create_string_buffer(4096)
        LIB.H5Rget_file_name(data, file, ctypes.c_size_t(4096))
        if file.value != h5f.get_name(self.fid):
            raise ValueError("references to other files are not taken apart")
        target = LIB.H5Ropen_object(data, ctypes.c_int64(0), ctypes.c_int64(0))
        if target < 0:
            raise ValueError("a reference to nothing")
        address = h5o.get_info(h5i.wrap_identifier(target)).addr
        encoded = kind + prefixed(b"") + prefixed(self.paths.get(address, f"#{address}").encode())
        if kind == b"T":
            LIB.H5Rget_attr_name(data, name, ctypes.c_size_t(4096))
            encoded += prefixed(name.value)
        elif kind == b"R":
            encoded += selected(h5s.SpaceID(LIB.H5Ropen_region(data, ctypes.c_int64(0), ctypes.c_int64(0))))
        return encoded

    def digest(self, raw, tid):
        if len(raw) == 0:
            return hashlib.sha256(b"").hexdigest()
        encoded = self.encode(raw, tid)
        data = np.ascontiguousarray(encoded).tobytes() if isinstance(encoded, np.ndarray) else b"".join(encoded)
        return hashlib.sha256(data).hexdigest()


def selected(space):
    kinds = {h5s.SEL_ALL: b"A", h5s.SEL_NONE: b"N", h5s.SEL_POINTS: b"P", h5s.SEL_HYPERSLABS: b"H"}
    kind, count = kinds[space.get_select_type()], space.get_select_npoints()
    rank = len(space.shape)
    encoded = kind + rank.to_bytes(4, "little") + int(count).to_bytes(8, "little")
    if kind in b"PH" and count > 0:
        for corner in space.get_select_bounds():
            encoded += b"".join(int(at).to_bytes(8, "little") for at in corner)
    return encoded


def values(encoder, tid, space, read):
    """Digest of all elements, or a note."""
    if space.get_simple_extent_type() == h5s.NULL:
        return {"digest": None}
    count, size = space.get_simple_extent_npoints(), tid.get_size()
    if count * size > MOST_BYTES:
        return {"digest": None, "digest_note": f"skipped: {count * size} bytes"}
    try:
        raw = np.zeros((count, size), "u1")
        if count > 0:
            read(raw)
        return {"digest": encoder.digest(raw, tid)}
    except (OSError, ValueError, TypeError, RuntimeError, NotImplementedError) as error:
        return {"digest": None, "digest_note": f"error: {error}"}


def shape_of(space, extents):
    return None if space.get_simple_extent_type() == h5s.NULL else [number(extent) for extent in extents]
