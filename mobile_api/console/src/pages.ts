/** All pages of the console, by the first part of their address, in the order of the navigation. */

import type { ComponentType } from 'preact';

import { Overview } from './pages/overview.tsx';

export type Group = 'decide' | 'agents' | 'runs' | 'audit' | 'tenant' | 'you' | 'platform';
export const GROUPS: readonly Group[] = ['decide', 'agents', 'runs', 'audit', 'tenant', 'you', 'platform'];

/** A page, loaded when somebody opens it. `id` is what follows its name in the address, of a part
 * without the part's name; '' for all. */
export type Load = () => ComponentType<{ id: string }> | Promise<ComponentType<{ id: string }>>;

export interface PageEntry {
  readonly group: Group;
  /** Absent where there is only one at a time; such a page is not in the navigation. */
  readonly all?: Load;
  /** The page of one thing of those. */
  readonly one?: Load;
  /** Pages of a part of one thing, by the part's name, which follows its id in the address. */
  readonly parts?: Readonly<Record<string, Load>>;
  /** Who may read it: others are told so. Absent where everybody may who acts for the tenant. */
  readonly roles?: readonly string[];
  /** Whether it is there for who acts for no tenant. */
  readonly needsNoTenant?: true;
}

const PAGES = {
  '': { group: 'decide', all: () => Overview },
  approvals: {
    group: 'decide',
    all: () => import('./pages/approvals.tsx').then((each) => each.Approvals),
    one: () => import('./pages/card/page.tsx').then((each) => each.CardPage),
  },
  precedents: {
    group: 'decide',
    all: () => import('./pages/precedents/page.tsx').then((each) => each.Precedents),
    one: () => import('./pages/precedents/precedent.tsx').then((each) => each.Precedent),
  },
  patterns: {
    group: 'decide',
    all: () => import('./pages/patterns/page.tsx').then((each) => each.Patterns),
    one: () => import('./pages/patterns/pattern.tsx').then((each) => each.Pattern),
  },
  report: { group: 'decide', all: () => import('./pages/report.tsx').then((each) => each.Report) },
  agents: {
    group: 'agents',
    all: () => import('./pages/agents.tsx').then((each) => each.Agents),
    one: () => import('./pages/agent/page.tsx').then((each) => each.AgentPage),
    parts: { spec: () => import('./pages/agent/spec.tsx').then((each) => each.AgentSpec) },
  },
  knowledge: {
    group: 'agents',
    all: () => import('./pages/knowledge/page.tsx').then((each) => each.Knowledge),
    one: () => import('./pages/knowledge/corpus.tsx').then((each) => each.Corpus),
  },
  memories: {
    group: 'agents',
    all: () => import('./pages/memories/page.tsx').then((each) => each.Memories),
    one: () => import('./pages/memories/page.tsx').then((each) => each.Memories),
  },
  prompts: {
    group: 'agents',
    all: () => import('./pages/prompts/page.tsx').then((each) => each.Prompts),
    one: () => import('./pages/prompts/one.tsx').then((each) => each.One),
  },
  violations: { group: 'agents', all: () => import('./pages/violations.tsx').then((each) => each.Violations) },
  runs: {
    group: 'runs',
    all: () => import('./pages/runs/list.tsx').then((each) => each.Runs),
    one: () => import('./pages/runs/page.tsx').then((each) => each.RunPage),
    parts: { receipts: () => import('./pages/receipts/list.tsx').then((each) => each.Receipts) },
  },
  receipts: {
    group: 'audit',
    all: () => import('./pages/receipts/list.tsx').then((each) => each.Receipts),
    one: () => import('./pages/receipts/page.tsx').then((each) => each.ReceiptPage),
  },
  story: { group: 'audit', one: () => import('./pages/story/page.tsx').then((each) => each.Story) },
  audit: {
    group: 'audit',
    all: () => import('./pages/audit/page.tsx').then((each) => each.Audit),
    one: () => import('./pages/audit/page.tsx').then((each) => each.Audit),
  },
  members: {
    group: 'tenant',
    all: () => import('./pages/members/page.tsx').then((each) => each.Members),
    one: () => import('./pages/members/member.tsx').then((each) => each.Member),
  },
  keys: { group: 'tenant', all: () => import('./pages/keys.tsx').then((each) => each.Keys) },
  connectors: {
    group: 'tenant',
    all: () => import('./pages/connectors/page.tsx').then((each) => each.Connectors),
    one: () => import('./pages/connectors/connector.tsx').then((each) => each.Connector),
  },
  credentials: {
    group: 'tenant',
    all: () => import('./pages/credentials.tsx').then((each) => each.Credentials),
  },
  policies: {
    group: 'tenant',
    all: () => import('./pages/policies/page.tsx').then((each) => each.Policies),
    one: () => import('./pages/policies/policy.tsx').then((each) => each.Policy),
  },
  'approval-policy': {
    group: 'tenant',
    all: () => import('./pages/approval-policy/page.tsx').then((each) => each.ApprovalPolicy),
  },
  'single-sign-on': {
    group: 'tenant',
    all: () => import('./pages/single-sign-on.tsx').then((each) => each.SingleSignOn),
    roles: ['tenant_admin'],
  },
  budgets: { group: 'tenant', all: () => import('./pages/budgets/page.tsx').then((each) => each.Budgets) },
  plan: {
    group: 'tenant',
    all: () => import('./pages/plan/page.tsx').then((each) => each.PlanPage),
    one: () => import('./pages/plan/page.tsx').then((each) => each.PlanPage),
  },
  invoices: {
    group: 'tenant',
    one: () => import('./pages/plan/invoice.tsx').then((each) => each.InvoicePage),
    roles: ['tenant_admin'],
  },
  device: { group: 'you', all: () => import('./pages/device.tsx').then((each) => each.ThisDevice) },
  notifications: {
    group: 'you',
    all: () => import('./pages/notifications/page.tsx').then((each) => each.Notifications),
  },
  passkeys: { group: 'you', all: () => import('./pages/passkeys.tsx').then((each) => each.Passkeys) },
  sessions: { group: 'you', all: () => import('./pages/sessions.tsx').then((each) => each.Sessions) },
  health: { group: 'platform', all: () => import('./pages/health.tsx').then((each) => each.Health) },
  platform: {
    group: 'platform',
    all: () => import('./pages/platform.tsx').then((each) => each.Platform),
    roles: ['platform_admin'],
    needsNoTenant: true,
  },
  revenue: {
    group: 'platform',
    all: () => import('./pages/revenue/page.tsx').then((each) => each.Revenue),
    roles: ['platform_admin'],
    needsNoTenant: true,
  },
} satisfies Record<string, PageEntry>;

export type PageName = keyof typeof PAGES;

export const pages: ReadonlyMap<string, PageEntry> = new Map(Object.entries(PAGES));
