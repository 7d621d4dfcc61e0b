"""References of every kind and dimension scales, made by h5py and, where h5py has no words, by its libhdf5 through ctypes."""
import ctypes as C
import random

import h5py
import numpy as np

import describe

SHAPE = (7, 9)


def library():
    with open("/proc/self/maps") as maps:
        paths = {line.split()[-1] for line in maps if "libhdf5" in line and "_hl" not in line and ".so" in line}
    return C.CDLL(sorted(paths)[0])


def random_space(draw):
    """A selection of SHAPE: points, one hyperslab, or several."""
    space = h5py.h5s.create_simple(SHAPE)
    kind = draw.randrange(4)
    if kind == 0:
        count = draw.randrange(1, 12)
        space.select_elements([[draw.randrange(extent) for extent in SHAPE] for _ in range(count)])
        return space
    for number in range(1 if kind == 1 else draw.randrange(2, 5)):
        start, count, stride, block = [], [], [], []
        for extent in SHAPE:
            first = draw.randrange(extent)
            side = draw.randrange(1, min(3, extent - first) + 1)
            step = side + draw.randrange(3)
            start.append(first)
            block.append(side)
            stride.append(step)
            count.append(draw.randrange(1, (extent - first - side) // step + 2))
        operation = h5py.h5s.SELECT_SET if number == 0 else h5py.h5s.SELECT_OR
        space.select_hyperslab(tuple(start), tuple(count), tuple(stride), tuple(block), op=operation)
    return space


def make_regions(path, libver, seed, count):
    """Region references to a contiguous and a chunked dataset; what h5py reads through each."""
    draw = random.Random(seed)
    answers = []
    with h5py.File(path, "w", libver=libver) as file:
        values = np.arange(SHAPE[0] * SHAPE[1], dtype="<i4").reshape(SHAPE)
        file.create_dataset("flat", data=values)
        file.create_dataset("chunked", data=values, chunks=(3, 4), compression="gzip")
        for name in ("flat", "chunked"):
            refs = file.create_dataset(name + " regions", (count + 3,), h5py.regionref_dtype)
            dataset = file[name]
            for i in range(count):
                space = random_space(draw)
                refs[i] = h5py.h5r.create(dataset.id, b".", h5py.h5r.DATASET_REGION, space)
            refs[count] = dataset.regionref[...]
            none = h5py.h5s.create_simple(SHAPE)
            none.select_none()
            refs[count + 1] = h5py.h5r.create(dataset.id, b".", h5py.h5r.DATASET_REGION, none)
            # The last one stays a reference to nothing.
            file.attrs[name] = refs[0]
            record = np.dtype([("a", "<i4"), ("region", h5py.regionref_dtype), ("object", h5py.ref_dtype)])
            both = file.create_dataset(name + " compound", (2,), record)
            both[0] = (1, refs[0], dataset.ref)
    with h5py.File(path, "r") as file:
        for name in ("flat", "chunked"):
            dataset = file[name]
            for ref in file[name + " regions"][:-1]:
                got = dataset[ref]
                answers.append({"name": name, "shape": list(got.shape), "value": describe.plain(got, file)})
    return answers


class Reference(C.Structure):
    _fields_ = [("bytes", C.c_uint8 * 64)]


def make_revised(path, other):
    """A dataset of references of HDF5 1.12: to an object, a region, an attribute, the same in another file, and nothing."""
    lib = library()
    standard = C.c_int64.in_dll(lib, "H5T_STD_REF_g")
    arguments = [C.c_int64, C.c_char_p]
    lib.H5Rcreate_object.argtypes = [*arguments, C.c_int64, C.POINTER(Reference)]
    lib.H5Rcreate_region.argtypes = [*arguments, C.c_int64, C.c_int64, C.POINTER(Reference)]
    lib.H5Rcreate_attr.argtypes = [*arguments, C.c_char_p, C.c_int64, C.POINTER(Reference)]
    lib.H5Dwrite.argtypes = [C.c_int64] * 5 + [C.c_void_p]
    lib.H5Dcreate2.argtypes = [C.c_int64, C.c_char_p] + [C.c_int64] * 5
    lib.H5Dcreate2.restype = C.c_int64
    lib.H5Dclose.argtypes = [C.c_int64]

    def checked(answer):
        if answer < 0:
            raise RuntimeError("libhdf5 refused")
        return answer

    with h5py.File(path, "w") as file, h5py.File(other, "w") as second:
        for target in (file, second):
            target["data"] = np.arange(63, dtype="<i4").reshape(SHAPE) + (1000 if target is second else 0)
            target["data"].attrs["units"] = "K" if target is file else "Pa"
            target.create_group("group")
        space = h5py.h5s.create_simple(SHAPE)
        space.select_hyperslab((1, 2), (2, 3), (3, 2), (2, 1))
        points = h5py.h5s.create_simple(SHAPE)
        points.select_elements([[6, 8], [0, 0], [3, 4]])
        refs = (Reference * 9)()
        for i, target in enumerate((file, second)):
            at = target.id.id
            checked(lib.H5Rcreate_object(at, b"group", 0, C.byref(refs[4 * i])))
            checked(lib.H5Rcreate_region(at, b"data", space.id, 0, C.byref(refs[4 * i + 1])))
            checked(lib.H5Rcreate_region(at, b"data", points.id, 0, C.byref(refs[4 * i + 2])))
            checked(lib.H5Rcreate_attr(at, b"data", b"units", 0, C.byref(refs[4 * i + 3])))
        line = h5py.h5s.create_simple((9,))
        made = checked(lib.H5Dcreate2(file.id.id, b"refs", standard, line.id, 0, 0, 0))
        checked(lib.H5Dwrite(made, standard, 0, 0, 0, C.byref(refs)))
        checked(lib.H5Dclose(made))
        data, others = file["data"][...], second["data"][...]
        regions = [data[np.ix_([1, 2, 4, 5], [2, 4, 6])], others[np.ix_([1, 2, 4, 5], [2, 4, 6])]]
        picked = [[int(values[at]) for at in ((6, 8), (0, 0), (3, 4))] for values in (data, others)]
    return {"regions": [region.tolist() for region in regions], "points": picked}


def read_revised(path, name):
    """What libhdf5 finds through references of HDF5 1.12: the path of an object, elements of a region, an attribute's value."""
    lib = library()
    standard = C.c_int64.in_dll(lib, "H5T_STD_REF_g")
    lib.H5Dread.argtypes = [C.c_int64] * 5 + [C.c_void_p]
    lib.H5Rget_type.argtypes = [C.POINTER(Reference)]
    opened = {}
    for what in ("object", "region", "attr"):
        opened[what] = getattr(lib, "H5Ropen_" + what)
        opened[what].argtypes = [C.POINTER(Reference), C.c_int64, C.c_int64]
        opened[what].restype = C.c_int64
    answers = []
    with h5py.File(path, "r") as file:
        dataset = file[name]
        refs = (Reference * dataset.shape[0])()
        if lib.H5Dread(dataset.id.id, standard, 0, 0, 0, C.byref(refs)) < 0:
            raise RuntimeError("libhdf5 refused")
        for ref in refs:
            kind = lib.H5Rget_type(C.byref(ref))
            if kind == 2:
                found = h5py.h5i.get_name(h5py.h5g.GroupID(opened["object"](C.byref(ref), 0, 0))).decode()
            elif kind == 3:
                region = h5py.h5s.SpaceID(opened["region"](C.byref(ref), 0, 0))
                target = h5py.Dataset(h5py.h5d.DatasetID(opened["object"](C.byref(ref), 0, 0)))
                values = np.zeros(region.get_select_npoints(), target.dtype)
                target.id.read(h5py.h5s.create_simple(values.shape), region, values)
                found = values.tolist()
            elif kind == 4:
                attribute = h5py.h5a.AttrID(opened["attr"](C.byref(ref), 0, 0))
                value = np.zeros(attribute.shape, attribute.dtype)
                attribute.read(value)
                found = describe.plain(value[()], file)
            else:
                found = None
            answers.append(found)
    return answers


def make_scales(path, libver):
    """Datasets with scales as h5py makes them, and what h5py says of them."""
    with h5py.File(path, "w", libver=libver) as file:
        group = file.create_group("inner")
        field = group.create_dataset("field", (3, 4, 5), maxshape=(None, 4, 5), chunks=(1, 4, 5))
        for name, count in (("time", 3), ("lat", 4), ("other lat", 4)):
            owner = group if name == "time" else file
            scale = owner.create_dataset(name, data=np.arange(count, dtype="<f8"))
            scale.make_scale("" if name == "lat" else "the " + name)
        field.dims[0].attach_scale(group["time"])
        field.dims[1].attach_scale(file["lat"])
        field.dims[1].attach_scale(file["other lat"])
        field.dims[2].label = "größe"
        file.create_dataset("plain", (2,))
        # As netCDF-4 has a dimension without a variable.
        bare = group.create_dataset("bare", (5,), ">f4")
        bare.make_scale("This is a netCDF dimension but not a netCDF variable.         5")
        bare.attrs["_Netcdf4Dimid"] = np.int32(2)
        field.dims[2].attach_scale(bare)
    answers = {}
    with h5py.File(path, "r") as file:
        for name in ("inner/field", "plain", "inner/time", "lat"):
            dataset = file[name]
            answers[name] = {
                "isScale": bool(h5py.h5ds.is_scale(dataset.id)),
                "dims": [
                    {"label": dim.label, "scales": [[key, scale.name] for key, scale in dim.items()]}
                    for dim in dataset.dims
                ],
            }
    return answers


def read_regions(path, name, target):
    """What h5py reads of a dataset through region references that were written elsewhere; null for those to nothing."""
    with h5py.File(path, "r") as file:
        return [describe.plain(file[target][ref], file) if ref else None for ref in file[name][...]]


COMMANDS = {
    "make_regions": make_regions,
    "make_revised": make_revised,
    "make_scales": make_scales,
    "read_regions": read_regions,
    "read_revised": read_revised,
}
