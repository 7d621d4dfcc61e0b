"""What h5py sees of a file or a part of it, so that two of them can be compared: links, values, how they are stored."""
import h5py
import numpy as np


def plain(value, file):
    """A value as JSON; without a file what references lead to is left out."""
    if file is None and isinstance(value, (h5py.Reference, h5py.RegionReference)):
        return "reference"
    if isinstance(value, h5py.RegionReference):
        if not value:
            return None
        target = file[value]
        return [target.name, plain(np.asarray(target[value]).reshape(-1), file)]
    if isinstance(value, h5py.Reference):
        return file[value].name if value else None
    if isinstance(value, h5py.Empty):
        return "empty"
    if isinstance(value, np.void):
        if value.dtype.names is None:
            return value.tobytes().hex()
        return [plain(value[name], file) for name in value.dtype.names]
    if isinstance(value, np.ndarray):
        return [plain(item, file) for item in value]
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, np.generic):
        return plain(value.item(), file)
    return repr(value)


def typed(identifier):
    """A datatype by everything that is the same wherever it stands."""
    kind = type(identifier).__name__
    if isinstance(identifier, h5py.h5t.TypeCompoundID):
        members = [
            [identifier.get_member_name(i).decode(), identifier.get_member_offset(i), typed(identifier.get_member_type(i))]
            for i in range(identifier.get_nmembers())
        ]
        return [kind, identifier.get_size(), members]
    if isinstance(identifier, (h5py.h5t.TypeVlenID, h5py.h5t.TypeArrayID, h5py.h5t.TypeEnumID)):
        return [kind, identifier.get_size(), typed(identifier.get_super())]
    return [kind, identifier.get_size(), identifier.encode().hex() if kind != "TypeReferenceID" else ""]


def committed(identifier):
    """Name of a committed datatype, which may have none."""
    if not identifier.committed():
        return None
    return "committed"


def attributes(item, file):
    found = []
    for name in item.attrs:
        identifier = h5py.h5a.open(item.id, name.encode())
        stored = identifier.get_type()
        found.append([name, typed(stored), committed(stored), plain(item.attrs[name], file)])
    return found


def settings(dataset):
    plist = dataset.id.get_create_plist()
    filters = [plist.get_filter(i)[:3] for i in range(plist.get_nfilters())]
    layout = plist.get_layout()
    return {
        "layout": layout,
        "chunks": dataset.chunks,
        "maxshape": dataset.maxshape,
        "filters": [[a, b, list(c)] for a, b, c in filters],
        "fill": repr(dataset.fillvalue) if h5py.h5t.check_dtype(vlen=dataset.dtype) is None else None,
        "scale": bool(h5py.h5ds.is_scale(dataset.id)),
    }


def object_of(item, file, base, seen):
    key = h5py.h5o.get_info(item.id).addr
    if key in seen:
        return ["again", seen[key]]
    seen[key] = item.name[len(base):] if item.name else None
    found = {"attributes": attributes(item, file), "links": h5py.h5o.get_info(item.id).rc}
    if isinstance(item, h5py.Group):
        found["ordered"] = item.id.get_create_plist().get_link_creation_order()
        members = []
        for name in item:
            link = item.get(name, getlink=True)
            if isinstance(link, h5py.SoftLink):
                members.append([name, "soft", link.path])
            elif isinstance(link, h5py.ExternalLink):
                members.append([name, "external", link.filename, link.path])
            else:
                members.append([name, object_of(item[name], file, base, seen)])
        found["members"] = members
    elif isinstance(item, h5py.Datatype):
        found["type"] = typed(item.id)
    else:
        stored = item.id.get_type()
        found.update(type=typed(stored), committed=committed(stored), shape=item.shape, **settings(item))
        if item.shape is not None:
            found["data"] = plain(item[()], file)
        if item.chunks is not None:
            found["stored"] = item.id.get_num_chunks() if hasattr(item.id, "get_num_chunks") else None
    return found


def portrait(path, at="/", references=True):
    with h5py.File(path, "r") as file:
        return object_of(file[at], file if references else None, "" if at == "/" else file[at].name, {})


COMMANDS = {"portrait": portrait}
