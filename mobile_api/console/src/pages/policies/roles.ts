/** Who writes policies of the tenant, and asks for their publication. */
export const WRITES = ['tenant_admin', 'governor', 'genesis'];
