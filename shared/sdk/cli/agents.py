"""`assent agents`: agents and their specs."""

from cyclopts import App

from .session import UNSAID, Common, printable, read_file, signed_in

app = App(name="agents", help="See agents, and submit their specs.")


@app.command(name="list")
def list_(*, common: Common = UNSAID) -> None:
    """List agents, newest first."""
    with signed_in() as client:
        common.table(client.agents.list(), ("agent_id", "name", "version", "status", "health"))


@app.command
def show(agent_id: str, /, *, common: Common = UNSAID) -> None:
    """Show an agent with its spec."""
    with signed_in() as client:
        agent = client.agents.get(agent_id)
    common.show(agent, agent.model_dump_json(indent=2))


@app.command
def submit(file: str, /, *, common: Common = UNSAID) -> None:
    """Submit the spec of a new agent, in YAML; - reads the standard input."""
    spec = read_file(file)
    with signed_in() as client:
        case = client.agents.create(spec)
    found = [f"{each.verdict} {each.path}: {each.remedy}" for each in case.findings]
    said = f"{case.case_id} is {case.status}. {case.next_step}"
    common.show(case, "\n".join(map(printable, [said, *found])))


@app.command
def suspend(agent_id: str, /, *, reason: str, common: Common = UNSAID) -> None:
    """Suspend an agent."""
    with signed_in() as client:
        agent = client.agents.suspend(agent_id, reason=reason)
    common.show(agent, f"{agent.agent_id} is {agent.status}.")
