"""The process of the scripted model, where a manifest asks models."""

from emulators.python_server import PythonServer


class ModelServer(PythonServer):
    """It forgets its scripts when it stops."""

    NAME, LOG = "The scripted model", "model"
    MODULE = "emulators.model_server"
