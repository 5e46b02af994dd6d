"""What runs a deployable: this process, a process of its own, or several."""

import aiohttp

from emulators.directory import PlatformDirectory
from emulators.functions.environment import Services, of_deployable, program_environment
from emulators.functions.in_process import InProcessBackend
from emulators.functions.instances import Instances
from emulators.functions.process import ProcessBackend
from emulators.functions.template import Template
from emulators.gateway.messages import Backend
from emulators.options import Options
from shared.manifest import Deployable


def how_many(deployable: Deployable, options: Options) -> int:
    """The instances of a deployable: one of a private side; of a public side as many as the options
    want and its manifest allows."""
    return min(options.instances, deployable.sizing.max_instances) if deployable.public else 1


def backend_of(
    deployable: Deployable,
    services: Services,
    *,
    options: Options,
    directory: PlatformDirectory,
    http: aiohttp.ClientSession,
    template: Template | None,
) -> Backend:
    """The backend of a deployable, which starts with its first call. The first of several instances
    logs under the deployable's name, the others under that and their number."""
    name, many = deployable.name, how_many(deployable, options)
    if options.in_process:
        return InProcessBackend(name, target=deployable.target, source=deployable.source)
    env = program_environment(options.root) | of_deployable(deployable, services)
    instances = [
        ProcessBackend(
            name=each,
            root=options.root,
            env=env,
            log=directory.log(each),
            http=http,
            template=template,
        )
        for each in (name, *(f"{name}-{number}" for number in range(2, many + 1)))
    ]
    if many == 1:
        return instances[0]
    return Instances(backends=instances, shares=options.shares[:many])
