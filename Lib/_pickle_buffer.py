"""pickle.PickleBuffer: a buffer that a pickler may hand out of band (PEP 574)."""


class PickleBuffer:
    """Wrapper for potentially out-of-band buffers"""

    __slots__ = ("_view", "__weakref__")
    __module__ = "pickle"

    def __init_subclass__(cls, **options):
        raise TypeError("type 'pickle.PickleBuffer' is not an acceptable base type")

    def __new__(cls, object, /):
        self = super().__new__(cls)
        self._view = memoryview(object)
        return self

    def _held(self):
        if self._view is None:
            raise ValueError("operation forbidden on released PickleBuffer object")
        return self._view

    def __buffer__(self, flags, /):
        return memoryview(self._held())

    def raw(self):
        """Return a memoryview of the raw memory underlying this buffer.

Raises BufferError if the buffer isn't contiguous.
"""
        view = self._held()
        if not view.contiguous:
            raise BufferError("cannot extract raw buffer from non-contiguous buffer")
        if view.c_contiguous:
            return view.cast("B") if view.ndim else view.cast("B", (view.nbytes,))
        return memoryview(view.tobytes("A"))

    def release(self):
        """Release the underlying buffer exposed by the PickleBuffer object."""
        view, self._view = self._view, None
        if view is not None:
            view.release()
