/** What the package `assent-sdk` exports. */

export { Assent, type Given } from './client.ts';
export { Refused, type Options, type Token } from './exchange.ts';
export type { Operations } from './operations.ts';
export type * from './generated.ts';
