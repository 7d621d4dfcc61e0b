"""Does the operations of operations.ts with h5py."""
import h5py
import numpy as np

import describe


def numpy_type(dtype):
    return h5py.string_dtype() if dtype == "string" else np.dtype(dtype)


def array(operation, shape):
    if operation["dtype"] == "string":
        values = np.empty(len(operation["data"]), dtype=object)
        values[:] = operation["data"]
        return values.reshape(shape)
    return np.array(operation["data"], dtype=operation["dtype"]).reshape(shape)


def make_dataset(file, operation):
    maxshape = operation["maxShape"]
    options = {
        "shape": tuple(operation["shape"]),
        "dtype": numpy_type(operation["dtype"]),
        "maxshape": None if maxshape is None else tuple(maxshape),
        "chunks": None if operation["chunks"] is None else tuple(operation["chunks"]),
        "compression": operation["gzip"],
        "shuffle": operation["shuffle"],
        "fletcher32": operation["fletcher32"],
        "fillvalue": operation["fill"],
    }
    ds = file.create_dataset(operation["path"], **{k: v for k, v in options.items() if v is not None and v is not False})
    if operation["data"] is not None and ds.size > 0:
        ds[...] = array(operation, operation["shape"])


def write(file, operation):
    ds = file[operation["path"]]
    where = tuple(
        slice(start, start + (count - 1) * step + 1 if count else start, step)
        for start, step, count in zip(operation["start"], operation["step"], operation["count"])
    )
    operation["dtype"] = "string" if h5py.check_string_dtype(ds.dtype) else ds.dtype
    values = array(operation, operation["count"])
    if values.size > 0:
        ds[where] = values


def set_attribute(file, operation):
    target = file[operation["path"]].attrs
    if operation["name"] in target:
        # Overwriting is renaming in h5py, by which libhdf5 loses the order of dense attributes.
        del target[operation["name"]]
    target.create(operation["name"], array(operation, operation["shape"]), dtype=numpy_type(operation["dtype"]))


def delete(file, operation):
    del file[operation["path"]]


def delete_attribute(file, operation):
    del file[operation["path"]].attrs[operation["name"]]


def link(file, operation):
    file[operation["path"]] = file[operation["target"]]


def soft_link(file, operation):
    file[operation["path"]] = h5py.SoftLink(operation["target"])


def move(file, operation):
    file.move(operation["path"], operation["to"])


def external_link(file, operation):
    file[operation["path"]] = h5py.ExternalLink(operation["file"], operation["target"])


PERFORM = {
    "group": lambda file, operation: file.create_group(operation["path"], track_order=operation["ordered"]),
    "dataset": make_dataset,
    "write": write,
    "resize": lambda file, operation: file[operation["path"]].resize(operation["shape"]),
    "attr": set_attribute,
    "deleteAttr": delete_attribute,
    "delete": delete,
    "link": link,
    "softLink": soft_link,
    "move": move,
    "externalLink": external_link,
}


def orders(file, paths):
    return {path: {"links": list(file[path]), "attrs": list(file[path].attrs)} for path in paths}


def apply(path, operations, mode="r+", before=True, libver="earliest", ordered=()):
    """What h5py sees in a file before and after it does some operations, and orders of groups before."""
    with h5py.File(path, mode, libver=(libver, "latest")) as file:
        seen = describe.describe_open(file) if before else None
        in_order = orders(file, ordered)
        for operation in operations:
            PERFORM[operation["op"]](file, operation)
    return {"before": seen, "orders": in_order, "after": describe.describe_file(path)}


COMMANDS = {"apply": apply}
