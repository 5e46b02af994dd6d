/** How much of its quotas a tenant has used. */

const SCARCE = 0.8;

interface Used {
  readonly meter?: string;
  readonly used: number;
  readonly limit: number | null;
}

/** The used share of a quota, 1 where all is used; more where work goes on beyond it. Null without a limit. */
export function shareOf({ used, limit }: Used): number | null {
  if (limit === null) return null;
  return limit === 0 ? 1 : used / limit;
}

/** Whether more than 80 % is used. Seats never are scarce: a tenant buys as many as it has people. */
export function isScarce(quota: Used): boolean {
  return quota.meter !== 'seats' && (shareOf(quota) ?? 0) > SCARCE;
}
