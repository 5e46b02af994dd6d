/** What the page of an agent says. */

export const agent = {
  mode: 'Mode',
  suspended: 'Suspended',
  because: (trigger: string, reason: string) => `${trigger}: ${reason}`,
  suspendedBy: 'Suspended by',
  by: (who: string, when: string) => `${who}, ${when}`,
  reactivated: 'Reactivated',
  reactivatedBy: 'Reactivated by',
  heldReading: 'Better reading',
  heldUntil: (reading: string, until: string) => `${reading}, which counts from ${until}`,
  authors: 'Text by',
  workspace: 'Workspace',
  id: 'Id',
  acts: 'suspend or recall this agent',
  reason: 'Why',
  suspend: 'Suspend',
  suspendNow: 'Suspend now',
  aboutSuspend: 'It stops acting, and so does every agent that depends on it, until a governor reactivates it.',
  isSuspended: 'The agent is suspended.',
  reactivate: 'Reactivate',
  reactivateNow: 'Reactivate now',
  aboutReactivate: 'It may act again.',
  isReactivated: 'The agent is reactivated.',
  recall: 'Recall',
  recallNow: 'Recall now',
  aboutRecall: 'None of its tokens acts from the answer on, its runs halt, and precedents that speak of it are suspended, until a governor lifts the recall.',
  version: 'Only this version',
  versionHint: (version: string) => `Leave it empty to recall all versions; ${version} is the newest.`,
  isRecalled: 'The agent is recalled. Its runs are being halted.',
  recalls: 'Recalls',
  everyVersion: 'all versions',
  lifted: (who: string, why: string) => `lifted by ${who}: ${why}`,
  lift: 'Lift',
  liftNow: 'Lift the recall',
  aboutLift: 'The agent can be reactivated, and its halted runs resumed.',
  isLifted: 'The recall is lifted.',
  reports: 'Reports',
  reported: (trigger: string, count: number) => `${trigger}, ${count} times`,
  openCase: 'Its open case',
  lastCase: 'Its last case',
  case: 'Status',
  next: 'Next',
  kind: 'Kind',
  ofVersion: (kind: string, version: string, revision: number) => `${kind} of version ${version}, revision ${revision}`,
  requested: 'Requested by',
  revisable: 'Can be revised until',
  itsApproval: 'its approval',
  passed: (count: number) => `${count} checks passed`,
  revise: 'Revise the spec',
  changeSpec: 'Change the spec',
  cancel: 'Cancel the case',
  cancelNow: 'Cancel it now',
  aboutCancel: 'Nothing of this version goes live. An approval that it waits for is given up.',
  isCancelled: 'The case is cancelled, or is once its approval is given up.',
  spec: 'Its spec',
  showSpec: 'Show the spec',
  noSpec: 'It has no spec yet.',
  erased: (when: string) => `It was erased at ${when}.`,
} as const;

/** What the pages say on which a spec is written. */
export const agentSpec = {
  about: 'A spec says what an agent is for, what it may do, and how a mistake of it is put right. Sixteen checks judge it at once; then a governor approves exactly this text.',
  change: (name: string) => `Change ${name}`,
  revise: (name: string) => `Revise ${name}`,
  open: 'A case of this agent is open: its spec is changed once that has ended, or cancel the case:',
  serves: 'The text below is that of the version that serves: the case’s own is not shown anywhere.',
  spec: 'Spec',
  specHint: 'YAML or JSON, 128 KB at most.',
  submit: 'Submit it',
  sendChange: 'Submit the change',
  sendRevision: 'Submit the revision',
  returned: (status: string, until: string) => `It is ${status}. Change what is found below and submit it again, until ${until}.`,
  import: 'Start from a definition',
  importNow: 'Translate it',
  aboutImport: 'A draft of a spec is made of what another product takes. Nothing is submitted.',
  format: 'Product',
  formats: [
    ['claude', 'Claude (a subagent)'],
    ['crewai', 'CrewAI'],
    ['a2a', 'A2A (an agent card)'],
    ['openai', 'OpenAI'],
  ],
  definition: 'Definition',
  which: 'Agent',
  whichHint: 'Where the definition has several: the name of one.',
  isImported: 'The draft is below. Read what was assumed before you submit it.',
  assumed: 'What was assumed',
  ignored: 'Left out:',
  skills: 'The skills that a spec can name',
  template: `name: my-agent
purpose: What it does, and for whom.
industry: retail
skills: []
scope:
  in: []
  out: []
data_access:
  - {source: tickets, mode: read, classification: internal}
systems:
  - name: desk
    sources: [tickets]
    operations:
      - {name: tickets.read, effect: read}
rights:
  alone: [desk/tickets.read]
  with_approval: []
  never: []
escalation_triggers: []
interfaces: {inputs: [], outputs: []}
containment: {blast_radius: workspace, rollback: ''}
`,
} as const;
