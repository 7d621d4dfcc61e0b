"""Selections as h5py understands them: text such as "1:5:2, -1, [0, 3]" is what stands between the brackets."""
import h5py
import numpy as np

import describe


def kind_of(error):
    """The class of h5py's error, as the code hdfive gives for the same mistake."""
    text = str(error)
    if isinstance(error, IndexError) or "out of range" in text:
        return "OUT_OF_RANGE"
    return "INVALID_ARGUMENT"


def index(text):
    return eval("np.s_[%s]" % text, {"np": np, "true": True, "false": False})


def read(path, cases):
    """Values and shape of each selection, or the kind of the error."""
    answers = []
    with h5py.File(path, "r") as file:
        for name, text in cases:
            try:
                values = np.asarray(file[name][index(text)])
                answers.append({"shape": list(values.shape), "value": describe.plain(values, file)})
            except Exception as error:
                answers.append({"error": kind_of(error), "message": str(error)})
    return answers


def write(path, name, cases):
    """The whole dataset after each write into zeros, or the class of the error."""
    answers = []
    with h5py.File(path, "r+") as file:
        ds = file[name]
        for text, shape in cases:
            ds[...] = 0
            try:
                count = int(np.prod(shape, dtype=int))
                ds[index(text)] = np.arange(1, count + 1, dtype=ds.dtype).reshape(shape)
                answers.append({"value": describe.plain(ds[()], file)})
            except Exception as error:
                answers.append({"error": type(error).__name__, "message": str(error)})
    return answers


COMMANDS = {"select": read, "select_write": write}
