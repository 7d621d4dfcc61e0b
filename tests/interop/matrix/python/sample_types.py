"""Datatypes of every class, width and byte order, as identifiers of libhdf5."""
import ctypes

import numpy as np
from h5py import h5t
from libhdf5 import ID, LIB, VERSION, call

ORDERS = {"LE": 0, "BE": 1}


def integer(size, precision=None, offset=0, signed=True, order="LE", bits=False):
    tid = (h5t.STD_B8LE if bits else h5t.STD_I8LE if signed else h5t.STD_U8LE).copy()
    call("H5Tset_size", tid, size)
    call("H5Tset_precision", tid, precision or 8 * size)
    call("H5Tset_offset", tid, offset)
    call("H5Tset_order", tid, ORDERS[order])
    return tid


def floating(size, exponent_size, mantissa_size, bias, order="LE"):
    tid = h5t.IEEE_F64LE.copy()
    if size > 8:
        tid.set_size(size)
        tid.set_precision(8 * size)
    tid.set_fields(8 * size - 1, mantissa_size, exponent_size, 0, mantissa_size)
    tid.set_precision(8 * size)
    tid.set_size(size)
    tid.set_ebias(bias)
    call("H5Tset_order", tid, ORDERS[order])
    return tid


def text(size, padding=h5t.STR_NULLTERM, charset=h5t.CSET_ASCII):
    tid = h5t.C_S1.copy()
    tid.set_size(h5t.VARIABLE if size is None else size)
    tid.set_strpad(padding)
    tid.set_cset(charset)
    return tid


def opaque(size, tag):
    tid = h5t.create(h5t.OPAQUE, size)
    tid.set_tag(tag)
    return tid


def enumeration(base, members):
    tid = h5t.enum_create(base)
    for name, value in members.items():
        size, big = base.get_size(), base.get_order() == h5t.ORDER_BE
        stored = value.to_bytes(size, "big" if big else "little", signed=value < 0)
        call("H5Tenum_insert", tid, name.encode(), ctypes.create_string_buffer(stored, size))
    return tid


def compound(members, gap=0):
    """Members one after the other, with so many bytes of nothing before each."""
    size = sum(gap + tid.get_size() for tid in members.values())
    made, at = h5t.create(h5t.COMPOUND, size + gap), 0
    for name, tid in members.items():
        made.insert(name.encode(), at + gap, tid)
        at += gap + tid.get_size()
    return made


def revised_reference():
    return h5t.TypeID(ID.in_dll(LIB, "H5T_STD_REF_g").value).copy()


def complex_number(base):
    return h5t.TypeID(call("H5Tcomplex_create", base, result=ID))


def numbers():
    types = {}
    for order, mark in (("LE", "<"), ("BE", ">")):
        for size in (1, 2, 4, 8):
            types[f"{mark}i{size}"] = lambda s=size, o=order: integer(s, order=o)
            types[f"{mark}u{size}"] = lambda s=size, o=order: integer(s, signed=False, order=o)
        for size in (2, 4, 8):
            types[f"{mark}f{size}"] = lambda m=mark, s=size: h5t.py_create(np.dtype(f"{m}f{s}"))
        types[f"bits {order}"] = lambda o=order: integer(4, bits=True, order=o)
        types[f"narrow bits {order}"] = lambda o=order: integer(2, 9, 4, False, o, True)
        types[f"narrow integer {order}"] = lambda o=order: integer(4, 17, 5, True, o)
        types[f"wide integer {order}"] = lambda o=order: integer(16, None, 0, True, o)
        types[f"3 bytes {order}"] = lambda o=order: integer(3, None, 0, False, o)
        types[f"bfloat16 {order}"] = lambda o=order: floating(2, 8, 7, 127, o)
        types[f"float24 {order}"] = lambda o=order: floating(3, 7, 16, 63, o)
        types[f"quad {order}"] = lambda o=order: floating(16, 15, 112, 16383, o)
    types["long double"] = lambda: h5t.NATIVE_LDOUBLE.copy()
    types["narrow byte"] = lambda: integer(1, 5, 2, False)
    types["time LE"] = lambda: h5t.UNIX_D32LE.copy()
    types["time BE"] = lambda: h5t.UNIX_D64BE.copy()
    return types


def strings():
    return {
        "S7 null-terminated": lambda: text(7),
        "S9 null-padded utf8": lambda: text(9, h5t.STR_NULLPAD, h5t.CSET_UTF8),
        "S6 space-padded": lambda: text(6, h5t.STR_SPACEPAD),
        "S1": lambda: text(1, h5t.STR_NULLPAD),
        "text ascii": lambda: text(None),
        "text utf8": lambda: text(None, h5t.STR_NULLTERM, h5t.CSET_UTF8),
    }


def colours(base):
    return enumeration(base, {"red": 1, "green": 2, "blue": 100, "white": 0})


def inner():
    return compound({"s": text(3), "h": h5t.py_create(np.dtype("<f2")), "n": h5t.STD_I16BE})


def structured():
    return {
        "enum i1": lambda: colours(h5t.STD_I8LE),
        "enum u2 BE": lambda: colours(h5t.STD_U16BE),
        "bool": lambda: h5t.py_create(np.dtype("?")),
        "opaque": lambda: opaque(5, b"five bytes"),
        "array": lambda: h5t.array_create(h5t.STD_I32BE, (2, 3)),
        "array of text": lambda: h5t.array_create(text(4, h5t.STR_NULLPAD), (3,)),
        "array of compounds": lambda: h5t.array_create(inner(), (2,)),
        "compound": lambda: compound({"a": h5t.STD_I8LE, "b": h5t.IEEE_F64BE, "c": colours(h5t.STD_I8LE)}),
        "compound with gaps": lambda: compound({"a": h5t.STD_U8LE, "b": h5t.IEEE_F32LE, "c": integer(8, order="BE")}, 3),
        "nested": lambda: compound(
            {"in": inner(), "list": h5t.array_create(inner(), (2, 2)), "o": opaque(3, b""), "bits": integer(2, bits=True)}
        ),
        "compound of numpy": lambda: h5t.py_create(np.dtype([("x", "<f4"), ("y", "<f4", (2,)), ("k", ">i8")], align=True)),
        "complex of h5py": lambda: h5t.py_create(np.dtype("<c16")),
        "compound with text": lambda: compound({"t": text(None), "n": h5t.STD_I32LE, "v": h5t.vlen_create(h5t.STD_U8LE)}),
        "vlen": lambda: h5t.vlen_create(h5t.STD_I16BE),
        "vlen of f8": lambda: h5t.vlen_create(h5t.IEEE_F64LE),
        "vlen of compounds": lambda: h5t.vlen_create(inner()),
        "vlen of arrays": lambda: h5t.vlen_create(h5t.array_create(h5t.STD_I8LE, (3,))),
        "vlen of vlen": lambda: h5t.vlen_create(h5t.vlen_create(h5t.STD_I32LE)),
        "vlen of text": lambda: h5t.vlen_create(text(None)),
        "array of vlen": lambda: h5t.array_create(h5t.vlen_create(h5t.STD_I8LE), (2,)),
        "object reference": lambda: h5t.STD_REF_OBJ.copy(),
        "region reference": lambda: h5t.STD_REF_DSETREG.copy(),
        "compound with references": lambda: compound({"o": h5t.STD_REF_OBJ, "r": h5t.STD_REF_DSETREG, "n": h5t.STD_U8LE}),
        "vlen of references": lambda: h5t.vlen_create(h5t.STD_REF_OBJ),
    }


def newer():
    types = {}
    if VERSION >= (1, 12):
        types["revised reference"] = revised_reference
        types["compound with revised reference"] = lambda: compound({"n": h5t.STD_I8LE, "r": revised_reference()})
    if VERSION >= (2, 0):
        types["complex f4"] = lambda: complex_number(h5t.IEEE_F32LE)
        types["complex f8 BE"] = lambda: complex_number(h5t.IEEE_F64BE)
        types["complex f2"] = lambda: complex_number(h5t.py_create(np.dtype("<f2")))
        types["array of complex"] = lambda: h5t.array_create(complex_number(h5t.IEEE_F64LE), (2,))
    return types


def all_types():
    """Functions that make a datatype, by what it is called in the names of cells."""
    return {**numbers(), **strings(), **structured(), **newer()}
