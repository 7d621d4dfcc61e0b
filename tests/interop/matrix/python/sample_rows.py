"""Random elements of any datatype, as the bytes libhdf5 has of them in memory: one row for each element."""
import ctypes

import numpy as np
from h5py import h5t
from libhdf5 import ID, VERSION, call

WORDS = ["", "a", "Grüße", "naïve", "plain text", "0", "日本", "x y", "ending  ", "long " * 9]
MOST_IN_SEQUENCE = 4
REFERENCE_BYTES = 64


class Rows:
    """Makes elements; what they point to lives as long as this does."""

    def __init__(self, seed, file=None, targets=(), regions=()):
        self.random = np.random.default_rng(seed)
        self.file = file
        self.targets = list(targets)
        self.regions = list(regions)
        self.kept = []
        # Whether floats are of everyday sizes: what scale-offset makes of others is not defined.
        self.gentle = False

    def make(self, tid, count):
        """`count` elements of a datatype, shape (count, bytes of one)."""
        kind, size = tid.get_class(), tid.get_size()
        if kind == h5t.COMPOUND:
            rows = np.zeros((count, size), "u1")
            for i in range(tid.get_nmembers()):
                at, member = tid.get_member_offset(i), tid.get_member_type(i)
                rows[:, at : at + member.get_size()] = self.make(member, count)
            return rows
        if kind == h5t.ARRAY:
            times = int(np.prod(tid.get_array_dims()))
            return self.make(tid.get_super(), count * times).reshape(count, size)
        if kind == h5t.ENUM:
            return self.members(tid, count)
        if kind == h5t.FLOAT and size > 8 and tid.get_norm() != h5t.NORM_IMPLIED:
            values = self.random.standard_normal(count) * 10.0 ** self.random.integers(-300, 300, count)
            return values.astype(np.longdouble).view("u1").reshape(count, size)
        if kind == h5t.VLEN:
            return self.pointers([self.sequence(tid.get_super()) for _ in range(count)])
        if kind == h5t.STRING:
            return self.texts(tid, count)
        if kind == h5t.REFERENCE:
            return np.array([self.reference(tid, size) for _ in range(count)], "u1").reshape(count, size)
        if kind not in (h5t.INTEGER, h5t.FLOAT, h5t.BITFIELD, h5t.OPAQUE, h5t.TIME):
            return self.make(tid.get_super(), 2 * count).reshape(count, size)
        rows = self.random.integers(0, 256, (count, size), dtype="u1")
        if self.gentle and kind == h5t.FLOAT and size in (4, 8):
            order = ">" if tid.get_order() == h5t.ORDER_BE else "<"
            rows = (self.random.standard_normal(count) * 100).astype(f"{order}f{size}").view("u1").reshape(count, size)
        if kind in (h5t.INTEGER, h5t.BITFIELD):
            self.mask(rows, tid)
        # Not all noise: filters take their time with noise, and some of them give up on it.
        rows[count // 3 : count // 2] = rows[:1]
        return rows

    def mask(self, rows, tid):
        """Takes away what is in the bits beside those of a number."""
        size = tid.get_size()
        precision = call("H5Tget_precision", tid, result=ctypes.c_size_t)
        offset = call("H5Tget_offset", tid)
        word = ((1 << precision) - 1) << offset
        order = "big" if call("H5Tget_order", tid) == 1 else "little"
        rows &= np.frombuffer(word.to_bytes(size, order), "u1")

    def members(self, tid, count):
        size, stored = tid.get_size(), []
        for i in range(tid.get_nmembers()):
            value = ctypes.create_string_buffer(size)
            call("H5Tget_member_value", tid, ctypes.c_uint(i), value)
            stored.append(np.frombuffer(value.raw, "u1"))
        return np.array(stored)[self.random.integers(0, len(stored), count)]

    def words(self, tid, count):
        plain = tid.get_cset() == h5t.CSET_ASCII
        words = [word for word in WORDS if not plain or word.isascii()]
        return [words[i].encode() for i in self.random.integers(0, len(words), count)]

    def texts(self, tid, count):
        words = self.words(tid, count)
        if tid.is_variable_str():
            buffers = [ctypes.create_string_buffer(word) for word in words]
            self.kept.append(buffers)
            return np.array([ctypes.addressof(buffer) for buffer in buffers], "<u8").view("u1").reshape(count, 8)
        size, filler = tid.get_size(), b" " if tid.get_strpad() == h5t.STR_SPACEPAD else b"\0"
        room = size - 1 if tid.get_strpad() == h5t.STR_NULLTERM else size
        cut = [word[:room].decode("utf8", "ignore").encode().ljust(size, filler) for word in words]
        return np.frombuffer(b"".join(cut), "u1").reshape(count, size)

    def sequence(self, base):
        length = int(self.random.integers(0, MOST_IN_SEQUENCE + 1))
        return np.ascontiguousarray(self.make(base, length))

    def pointers(self, sequences):
        self.kept.append(sequences)
        pairs = [(len(rows), rows.ctypes.data if len(rows) > 0 else 0) for rows in sequences]
        return np.array(pairs, "<u8").view("u1").reshape(len(sequences), 16)

    def reference(self, tid, size):
        buffer = ctypes.create_string_buffer(max(size, REFERENCE_BYTES))
        if len(self.targets) == 0 or self.random.random() < 0.2:
            return list(buffer.raw[:size])
        name = self.targets[self.random.integers(len(self.targets))]
        if VERSION >= (1, 12) and not tid.equal(h5t.STD_REF_OBJ) and not tid.equal(h5t.STD_REF_DSETREG):
            self.revised(buffer, name)
        elif tid.equal(h5t.STD_REF_OBJ):
            call("H5Rcreate", buffer, self.file, name, ctypes.c_int(0), -1)
        else:
            name, space = self.regions[self.random.integers(len(self.regions))]
            call("H5Rcreate", buffer, self.file, name, ctypes.c_int(1), space)
        return list(buffer.raw[:size])

    def revised(self, buffer, name):
        kind = self.random.integers(3)
        if kind == 0:
            call("H5Rcreate_object", self.file, name, ID(0), buffer)
        elif kind == 1:
            name, space = self.regions[self.random.integers(len(self.regions))]
            call("H5Rcreate_region", self.file, name, space, ID(0), buffer)
        else:
            call("H5Rcreate_attr", self.file, b"/targets", b"mark", ID(0), buffer)
        # libhdf5 counts what points to its files; the buffer keeps that alive.
        self.kept.append(buffer)
