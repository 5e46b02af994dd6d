"""Arms a fault in the right part of the platform."""

from dataclasses import dataclass

from emulators.cloud_tasks import CloudTasksEmulator
from emulators.control.bodies import FaultRequest
from emulators.faults import KINDS_OF_TARGET, Fault, Faults, Kind
from emulators.firestore_front import FirestoreFront
from emulators.functions.fleet import Fleet
from shared.kit.errors import FieldError, Invalid
from shared.kit.wording import one_of

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
        kind = next((each for each in kinds if each == request.kind), None)
        if kind is None:
            raise Invalid(FieldError("kind", f"must be {one_of(kinds)} for {request.family}"))
        fault = Fault(kind, _seconds(kind, request.seconds))
        if request.function is not None:
            self.faults.arm(self._function_target(request.function), fault, request.count)
        elif request.family == "firestore":
            await self.firestore.arm(fault, request.count)
        elif request.family == "tasks":
            self.tasks.inject(kind, request.count)  # type: ignore[arg-type]
        else:
            publishing = kind == "unavailable"
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


def _seconds(kind: Kind, wanted: float | None) -> float:
    if wanted is not None:
        return wanted
    return _KILL_SECONDS if kind == "kill" else _DELAY_SECONDS
