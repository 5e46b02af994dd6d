/** The roles that members may be given, as choices of a form. */

import { spaced } from '../../kit/text.ts';

const IN_TENANT = ['tenant_admin', 'governor', 'deputy', 'operator', 'developer', 'analyst', 'end_user'];
const IN_WORKSPACE = ['workspace_admin', ...IN_TENANT.slice(1)];

export const ROLES_IN_TENANT = choices(IN_TENANT);
export const ROLES_IN_WORKSPACE = choices(IN_WORKSPACE);

function choices(roles: readonly string[]): readonly (readonly [string, string])[] {
  return roles.map((each) => [each, spaced(each)]);
}
