/** How much of its quotas a tenant has used. */

const SCARCE = 0.8;

interface Used {
  readonly used: number;
  readonly limit: number | null;
}

/** The used share of a quota, 1 where all is used; more where work goes on beyond it. Null without a limit. */
export function shareOf({ used, limit }: Used): number | null {
  if (limit === null) return null;
  return limit === 0 ? 1 : used / limit;
}

/** Whether more than 80 % is used. */
export function isScarce(quota: Used): boolean {
  return (shareOf(quota) ?? 0) > SCARCE;
}
