"""A local Cloud Tasks for Google's own client."""

from emulators.cloud_tasks.emulator import CloudTasksEmulator
from emulators.cloud_tasks.sender import Fault, NoResponse, TaskRequest, TaskResponse

__all__ = ["CloudTasksEmulator", "Fault", "NoResponse", "TaskRequest", "TaskResponse"]
