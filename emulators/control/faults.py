"""Arms a fault in the right part of the platform."""

from dataclasses import dataclass

from emulators.cloud_tasks import CloudTasksEmulator
from emulators.control.bodies import FaultRequest
from emulators.faults import KINDS_OF_TARGET, Fault, Faults
from emulators.firestore_front import FirestoreFront
from emulators.functions.fleet import Fleet
from shared.kit.errors import FieldError, Invalid

_DELAY_SECONDS = 1.0
_KILL_SECONDS = 0.02


@dataclass(kw_only=True, eq=False)
class FaultControl:
    """Knows every part in which a fault can happen."""

    faults: Faults
    tasks: CloudTasksEmulator
    firestore: FirestoreFront
    fleet: Fleet

    async def arm(self, request: FaultRequest) -> None:
        """Raises Invalid, naming the field, for a target or a kind that does not exist there."""
        kinds = KINDS_OF_TARGET.get(request.family)
        if kinds is None:
            raise Invalid(
                FieldError("target", "must be pubsub, firestore, tasks or function:<name>")
            )
        if request.kind not in kinds:
            listed = ", ".join(sorted(kinds))
            raise Invalid(FieldError("kind", f"{request.family} can suffer {listed}"))
        fault = Fault(request.kind, _seconds(request))
        if request.function is not None:
            self.faults.arm(self._function_target(request.function), fault, request.count)
        elif request.family == "firestore":
            await self.firestore.arm(fault, request.count)
        elif request.family == "tasks":
            self.tasks.inject(request.kind, request.count)  # type: ignore[arg-type]
        else:
            publishing = request.kind == "unavailable"
            target = "pubsub:publish" if publishing else "pubsub"
            self.faults.arm(target, fault, request.count)

    def disarm(self) -> None:
        """Removes every fault that has not happened, except those in Cloud Tasks."""
        self.faults.clear()
        self.firestore.clear()

    def _function_target(self, name: str) -> str:
        fronts = self.fleet.named(name)
        if not fronts:
            raise Invalid(FieldError("target", f"there is no function {name}"))
        return f"function:{fronts[0].deployable.noun if len(fronts) > 1 else fronts[0].name}"


def _seconds(request: FaultRequest) -> float:
    if request.seconds is not None:
        return request.seconds
    return _KILL_SECONDS if request.kind == "kill" else _DELAY_SECONDS
