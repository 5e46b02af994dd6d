/** What the package `assent-sdk` exports. */

export { Assent, Refused, type Given, type Options, type Token } from './client.ts';
export type { Operations } from './operations.ts';
export type * from './generated.ts';
