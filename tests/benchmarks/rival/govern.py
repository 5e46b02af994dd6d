"""Prints how long `govern()` of agent-governance-toolkit takes with 100 rules, as JSON: the median
and the 99th percentile in milliseconds of processor time. Runs in the virtualenv `build/rival`."""

import json
import sys
import time

from agentmesh.governance import govern

RULES = 100
WARM, CALLS = 300, 3000


def main(calls: int) -> None:
    """One rule of a hundred matches, the last; the audit log is on, as it is by default."""
    rules = [
        {"name": f"rule-{number}", "condition": f"action.type == 'act-{number}'", "action": "allow"}
        for number in range(RULES)
    ]
    policy = json.dumps(
        {"apiVersion": "governance.toolkit/v1", "name": "bench", "agents": ["*"], "rules": rules}
    )
    governed = govern(lambda action, resource: None, policy=policy)
    taken = []
    for _ in range(WARM + calls):
        begun = time.process_time()
        governed(action=f"act-{RULES - 1}", resource="clinic")
        taken.append((time.process_time() - begun) * 1000)
    ordered = sorted(taken[WARM:])
    found = {"median": ordered[len(ordered) // 2], "p99": ordered[len(ordered) * 99 // 100]}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(CALLS)
