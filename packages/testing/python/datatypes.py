"""Datatypes in the words of the expected values."""

import ctypes

from h5py import h5t
from hdf5_library import LIB, number, text

ORDERS = {h5t.ORDER_LE: "LE", h5t.ORDER_BE: "BE", h5t.ORDER_VAX: "VAX", h5t.ORDER_NONE: "LE"}
PADS = {h5t.STR_NULLTERM: "nullterm", h5t.STR_NULLPAD: "nullpad", h5t.STR_SPACEPAD: "spacepad"}
NORMS = {h5t.NORM_IMPLIED: "implied", h5t.NORM_MSBSET: "msbset", h5t.NORM_NONE: "none"}


def bits(tid):
    """Precision and offset, which h5py does not tell of bit fields."""
    LIB.H5Tget_precision.restype = ctypes.c_size_t
    return {"precision": LIB.H5Tget_precision(ctypes.c_int64(tid.id)), "offset": LIB.H5Tget_offset(ctypes.c_int64(tid.id))}


def order(tid):
    """The byte order of any datatype that has one: h5py tells it of some classes only."""
    return LIB.H5Tget_order(ctypes.c_int64(tid.id))


def describe(tid):
    kind, size = tid.get_class(), tid.get_size()
    if kind == h5t.INTEGER:
        signed = tid.get_sign() == h5t.SGN_2
        return {"class": "integer", "size": size, "order": ORDERS[tid.get_order()], "signed": signed, **bits(tid)}
    if kind == h5t.FLOAT:
        sign, exponent, width, mantissa, digits = tid.get_fields()
        return {
            "class": "float", "size": size, "order": ORDERS[tid.get_order()], **bits(tid), "sign_pos": sign,
            "exp_pos": exponent, "exp_size": width, "mant_pos": mantissa, "mant_size": digits,
            "exp_bias": tid.get_ebias(), "norm": NORMS[tid.get_norm()],
        }
    if kind == h5t.STRING:
        length = "variable" if tid.is_variable_str() else size
        cset = "utf8" if tid.get_cset() == h5t.CSET_UTF8 else "ascii"
        return {"class": "string", "size": length, "pad": PADS[tid.get_strpad()], "cset": cset}
    if kind == h5t.BITFIELD:
        return {"class": "bitfield", "size": size, "order": ORDERS[tid.get_order()], **bits(tid)}
    if kind == h5t.TIME:
        return {"class": "time", "size": size, "order": ORDERS[order(tid)]}
    if kind == h5t.OPAQUE:
        return {"class": "opaque", "size": size, "tag": text(ctypes.string_at(LIB.H5Tget_tag(ctypes.c_int64(tid.id))))}
    if kind == h5t.COMPOUND:
        members = [
            {"name": text(tid.get_member_name(i)), "offset": tid.get_member_offset(i), "type": describe(tid.get_member_type(i))}
            for i in range(tid.get_nmembers())
        ]
        return {"class": "compound", "size": size, "members": members}
    if kind == h5t.ENUM:
        members = [[text(tid.get_member_name(i)), number(tid.get_member_value(i))] for i in range(tid.get_nmembers())]
        return {"class": "enum", "size": size, "base": describe(tid.get_super()), "members": members}
    if kind == h5t.ARRAY:
        return {"class": "array", "dims": list(tid.get_array_dims()), "base": describe(tid.get_super())}
    if kind == h5t.VLEN:
        return {"class": "vlen", "base": describe(tid.get_super())}
    if kind == h5t.REFERENCE:
        return {"class": "reference", "ref": reference_kind(tid)}
    return {"class": "complex", "size": size, "base": describe(tid.get_super())}


def reference_kind(tid):
    for name, kind in ((h5t.STD_REF_OBJ, "object"), (h5t.STD_REF_DSETREG, "region")):
        if tid.equal(name):
            return kind
    return "std"
