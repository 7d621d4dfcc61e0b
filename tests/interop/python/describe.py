"""Everything h5py sees in a file, as plain JSON: the same description that describe.ts makes with hdfive."""
import h5py
import numpy as np
from h5py import h5a, h5d, h5r, h5s, h5t

PADS = {h5t.STR_NULLTERM: "null-terminate", h5t.STR_NULLPAD: "null-pad", h5t.STR_SPACEPAD: "space-pad"}
LAYOUTS = {h5d.COMPACT: "compact", h5d.CONTIGUOUS: "contiguous", h5d.CHUNKED: "chunked"}
ALLOCATION = {h5d.ALLOC_TIME_EARLY: "early", h5d.ALLOC_TIME_LATE: "late", h5d.ALLOC_TIME_INCR: "incremental"}
FILL_TIME = {h5d.FILL_TIME_ALLOC: "alloc", h5d.FILL_TIME_NEVER: "never", h5d.FILL_TIME_IFSET: "if-set"}
FILL_DEFINED = {h5d.FILL_VALUE_UNDEFINED: "undefined", h5d.FILL_VALUE_DEFAULT: "default", h5d.FILL_VALUE_USER_DEFINED: "user"}
SAFE = 2**53


def order(tid):
    return "" if tid.get_size() == 1 else ("be" if tid.get_order() == h5t.ORDER_BE else "le")


def swapped(tid):
    return tid.get_class() in (h5t.INTEGER, h5t.FLOAT) and order(tid) == "be"


def signature(tid):
    """A datatype as text; type_signature in describe.ts writes the same."""
    kind = tid.get_class()
    bits = 8 * tid.get_size()
    if kind == h5t.INTEGER:
        sign = "int" if tid.get_sign() == h5t.SGN_2 else "uint"
        odd = "" if tid.get_precision() == bits else ":%d" % tid.get_precision()
        return "%s%d%s%s" % (sign, bits, order(tid), odd)
    if kind == h5t.FLOAT:
        _, _, exponent, _, mantissa = tid.get_fields()
        return "float%d%s:%d/%d" % (bits, order(tid), exponent, mantissa)
    if kind == h5t.STRING:
        charset = "utf-8" if tid.get_cset() == h5t.CSET_UTF8 else "ascii"
        if tid.is_variable_str():
            return "vstring(%s)" % charset
        return "string(%d,%s,%s)" % (tid.get_size(), PADS[tid.get_strpad()], charset)
    if kind == h5t.BITFIELD:
        return "bitfield%d%s" % (bits, order(tid))
    if kind == h5t.OPAQUE:
        tag = tid.get_tag()
        return "opaque(%d,%s)" % (tid.get_size(), tag.decode() if isinstance(tag, bytes) else tag)
    if kind == h5t.COMPOUND:
        # libhdf5 tells sizes and offsets as they are in memory, where pointers take other room than in the file.
        moved = reaches(tid, (h5t.VLEN,))
        fields = [
            "%s%s:%s"
            % (
                tid.get_member_name(i).decode(),
                "" if moved else "@%d" % tid.get_member_offset(i),
                signature(tid.get_member_type(i)),
            )
            for i in range(tid.get_nmembers())
        ]
        return "compound(%s){%s}" % ("" if moved else tid.get_size(), ",".join(fields))
    if kind == h5t.ENUM:
        names = ["%s=%d" % (tid.get_member_name(i).decode(), tid.get_member_value(i)) for i in range(tid.get_nmembers())]
        return "enum(%s){%s}" % (signature(tid.get_super()), ",".join(names))
    if kind == h5t.REFERENCE:
        return "reference" if tid.equal(h5t.STD_REF_OBJ) else "region"
    if kind == h5t.VLEN:
        return "vlen(%s)" % signature(tid.get_super())
    if kind == h5t.ARRAY:
        return "array(%s,%s)" % ("x".join(str(n) for n in tid.get_array_dims()), signature(tid.get_super()))
    return "class %d" % kind


def number(value):
    if value != value:
        return "nan"
    if value in (float("inf"), float("-inf")):
        return "inf" if value > 0 else "-inf"
    return "-0" if value == 0 and np.signbit(value) else float(value)


def plain(value, file):
    """A value as JSON: whole numbers past 2^53 and unusual floats as text, bytes of opaque elements in hex."""
    if isinstance(value, np.ndarray):
        if value.dtype.kind in "iu" and value.dtype.itemsize < 8 and value.dtype.metadata is None:
            return value.tolist()
        if value.ndim == 0:
            return plain(value[()], file)
        return [plain(item, file) for item in value]
    if isinstance(value, (h5py.Empty, type(None))):
        return None
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value) if abs(int(value)) < SAFE else str(int(value))
    if isinstance(value, (float, np.floating)):
        return number(value)
    if isinstance(value, (complex, np.complexfloating)):
        return {"real": number(value.real), "imag": number(value.imag)}
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, str):
        return value
    if isinstance(value, np.void):
        if value.dtype.names is None:
            return {"hex": value.tobytes().hex()}
        return {name: plain(value[name], file) for name in value.dtype.names}
    if isinstance(value, np.datetime64):
        return {"hex": value.tobytes().hex()}
    if isinstance(value, h5r.Reference):
        return {"ref": file[value].name if value else None}
    raise TypeError("no plain form of %r" % (type(value),))


def reaches(tid, kinds):
    kind = tid.get_class()
    if kind in kinds or (kind == h5t.STRING and h5t.VLEN in kinds and tid.is_variable_str()):
        return True
    if kind == h5t.COMPOUND:
        return any(reaches(tid.get_member_type(i), kinds) for i in range(tid.get_nmembers()))
    return kind in (h5t.ARRAY, h5t.VLEN) and reaches(tid.get_super(), kinds)


def big_endian(sequences, shape):
    """h5py takes the big-endian elements of a sequence for native ones."""
    flat = np.empty(shape, dtype=object)
    flat[()] = sequences
    for index in np.ndindex(flat.shape):
        flat[index] = flat[index].view(flat[index].dtype.newbyteorder(">"))
    return flat


def contents(ds, tid):
    """All values; h5py has no conversion between opaque types of different tags, so those are read as they are."""
    if tid.get_class() == h5t.VLEN and swapped(tid.get_super()):
        return big_endian(ds[()], ds.shape)
    if tid.get_class() not in (h5t.OPAQUE, h5t.BITFIELD):
        return ds[()]
    values = np.empty(ds.shape, ds.dtype)
    ds.id.read(h5s.ALL, h5s.ALL, values, mtype=tid)
    return values


def attributes(obj, file):
    found = {}
    for index in range(h5a.get_num_attrs(obj.id)):
        aid = h5a.open(obj.id, index=index)
        name = aid.name.decode() if isinstance(aid.name, bytes) else aid.name
        space = aid.get_space()
        null = space.get_simple_extent_type() == h5s.NULL
        if aid.get_type().get_class() == h5t.OPAQUE and not null:
            value = np.empty(aid.shape, aid.dtype)
            aid.read(value, mtype=aid.get_type())
        else:
            value = None if null else obj.attrs[name]
            if not null and aid.get_type().get_class() == h5t.VLEN and swapped(aid.get_type().get_super()):
                value = big_endian(value, aid.shape)
        found[name] = {
            "dtype": signature(aid.get_type()),
            "shape": None if null else list(aid.shape),
            "value": plain(value, file),
        }
    return found


def dataset(ds, file, values):
    dcpl = ds.id.get_create_plist()
    tid = ds.id.get_type()
    layout = LAYOUTS[dcpl.get_layout()]
    defined = FILL_DEFINED[dcpl.fill_value_defined()]
    # h5py has no fill values that are pointers, or bytes it has no type for, and reads those of arrays past its buffer.
    odd = reaches(tid, (h5t.VLEN, h5t.REFERENCE, h5t.OPAQUE, h5t.BITFIELD, h5t.ARRAY))
    null = ds.shape is None
    return {
        "dtype": signature(tid),
        "shape": None if null else list(ds.shape),
        "maxShape": None if null else list(ds.maxshape),
        "layout": layout,
        "chunks": list(ds.chunks) if ds.chunks else None,
        "filters": [[f[0], f[1], list(f[2])] for f in (dcpl.get_filter(i) for i in range(dcpl.get_nfilters()))],
        "fill": {
            "defined": defined,
            "allocation": ALLOCATION[dcpl.get_alloc_time()],
            "time": FILL_TIME[dcpl.get_fill_time()],
            "value": plain(ds.fillvalue, file) if defined == "user" and not odd else None,
        },
        "storageSize": ds.id.get_storage_size(),
        "value": None if null or not values else plain(contents(ds, tid), file),
    }


def describe_file(path, values=True, mode="r"):
    with h5py.File(path, mode) as file:
        return describe_open(file, values)


def describe_open(file, values=True):
    objects = {}
    by_address = {}

    def visit(obj, path):
        info = h5py.h5o.get_info(obj.id)
        by_address[info.addr] = path
        entry = {"kind": "datatype", "attrs": attributes(obj, file), "referenceCount": info.rc}
        objects[path] = entry
        if isinstance(obj, h5py.Dataset):
            entry.update({"kind": "dataset"}, **dataset(obj, file, values))
        elif isinstance(obj, h5py.Datatype):
            entry["dtype"] = signature(obj.id)
        else:
            entry["kind"] = "group"
            entry["links"] = links = {}
            for name in sorted(obj, key=lambda text: text.encode("utf-8", "surrogateescape")):
                link = obj.get(name, getlink=True)
                if isinstance(link, h5py.SoftLink):
                    links[name] = "soft " + link.path
                elif isinstance(link, h5py.ExternalLink):
                    links[name] = "external %s %s" % (link.filename, link.path)
                else:
                    target = obj[name]
                    address = h5py.h5o.get_info(target.id).addr
                    if address not in by_address:
                        visit(target, (path if path != "/" else "") + "/" + name)
                    links[name] = "hard " + by_address[address]

    visit(file["/"], "/")
    return objects


def describe_many(paths, values=True):
    return [describe_file(path, values) for path in paths]


def versions():
    return {"h5py": h5py.version.version, "hdf5": h5py.version.hdf5_version}


COMMANDS = {"describe": describe_file, "describe_many": describe_many, "versions": versions}
