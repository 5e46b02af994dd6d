/** Receipts: in-toto statements in signed envelopes, each with the proof that a checkpoint covers it
 * (https://github.com/secure-systems-lab/dsse, https://c2sp.org/tlog-proof). */

import { asText, digest, inUtf8, joined } from './bytes.ts';
import type { Json } from './canonical.ts';
import { bytesOf, Forged, hasSigned, NoEd25519, numberOf, openCheckpoint, readKey, rootWith, type Key } from './notes.ts';

const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
const PREDICATE_TYPE = 'https://assent.dev/receipt/v1';
const FORMAT = 'c2sp.org/tlog-proof@v1';

/** What is looked at, in this order: each needs those before it. */
export const PARTS = ['envelope', 'statement', 'checkpoint', 'inclusion'] as const;
export type Part = (typeof PARTS)[number];

/** `cannot`: this browser verifies no such signatures. `unknown`: what it needs does not hold, or is not there yet. */
export type Result = 'holds' | 'broken' | 'cannot' | 'unknown';

export interface Envelope {
  readonly payload: string;
  readonly payloadType: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}

/** What was verified: of each part what it showed. `said` is what the signed statement says; null
 * where nobody known signed it. `size` is how many entries the checkpoint covers. */
export interface Verified {
  readonly results: Readonly<Record<Part, Result>>;
  readonly said: Readonly<Record<string, Json>> | null;
  readonly number: number | null;
  readonly size: number | null;
  readonly signers: readonly string[];
}

/** Verifies that the envelope is of the receipt of that id in that tenant, and that a checkpoint
 * covers it. `proof` is null while none does. The keys are those that may have signed. */
export async function verifyReceipt(
  given: { readonly envelope: Envelope; readonly proof: string | null; readonly keys: readonly string[] },
  about: { readonly tenant: string; readonly receiptId: string },
): Promise<Verified> {
  const results: Record<Part, Result> = { envelope: 'unknown', statement: 'unknown', checkpoint: 'unknown', inclusion: 'unknown' };
  let [said, number, size]: [Verified['said'], number | null, number | null] = [null, null, null];
  const signers = new Set<string>();
  let part: Part = 'envelope';
  try {
    const keys = await Promise.all(given.keys.map(readKey));
    const [payload, signer] = await openEnvelope(given.envelope, keys);
    results.envelope = 'holds';
    signers.add(signer.text);
    part = 'statement';
    said = readStatement(payload, about);
    results.statement = 'holds';
    if (given.proof !== null) {
      part = 'checkpoint';
      const proof = readProof(given.proof);
      const [checkpoint, key] = await openCheckpoint(proof.note, keys);
      if (checkpoint.log !== key.name || key.name !== signer.name) throw new Forged();
      [results.checkpoint, size] = ['holds', checkpoint.size];
      signers.add(key.text);
      part = 'inclusion';
      number = placed(proof, about);
      const link = await digest(proof.place, inUtf8('\n'), payload);
      const leaf = await digest(Uint8Array.of(0), link);
      const root = await rootWith(leaf, proof.leaf, checkpoint.size, proof.path);
      if (root === null || !isSame(root, checkpoint.root)) throw new Forged();
      results.inclusion = 'holds';
    }
  } catch (error) {
    if (!(error instanceof Forged || error instanceof NoEd25519)) throw error;
    results[part] = error instanceof NoEd25519 ? 'cannot' : 'broken';
  }
  return { results, said, number, size, signers: [...signers] };
}

interface Proof {
  readonly place: Uint8Array<ArrayBuffer>;
  readonly leaf: number;
  readonly path: readonly Uint8Array<ArrayBuffer>[];
  readonly note: string;
}

async function openEnvelope(envelope: Envelope, keys: readonly Key[]): Promise<[Uint8Array<ArrayBuffer>, Key]> {
  const { payload: encoded, payloadType, signatures } = envelope;
  const [payload, signature] = [bytesOf(encoded), bytesOf(signatures[0]?.sig ?? '')];
  if (payload === null || signature === null || signatures.length !== 1 || payloadType !== PAYLOAD_TYPE) throw new Forged();
  const head = `DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${payload.length} `;
  const key = keys.find((each) => signatures[0]!.keyid === `${each.name}+${each.id}`);
  if (key === undefined || !(await hasSigned(key, signature, joined(inUtf8(head), payload)))) throw new Forged();
  return [payload, key];
}

function readStatement(payload: Uint8Array, about: { tenant: string; receiptId: string }): Record<string, Json> {
  let statement: { predicateType?: Json; predicate?: Record<string, Json>; subject?: { digest?: { sha256?: Json } }[] };
  try {
    statement = JSON.parse(asText(payload));
  } catch {
    throw new Forged();
  }
  const said = statement?.predicate;
  const isOne =
    statement?.predicateType === PREDICATE_TYPE &&
    said?.['tenant_id'] === about.tenant &&
    said['receipt_id'] === about.receiptId &&
    statement.subject?.length === 1 &&
    statement.subject[0]?.digest?.sha256 === said['arguments_sha256'];
  if (!isOne) throw new Forged();
  return said;
}

function readProof(text: string): Proof {
  const end = text.indexOf('\n\n');
  const [format, extra, index, ...path] = text.slice(0, end).split('\n');
  const place = bytesOf(extra?.replace(/^extra /, '') ?? '');
  const steps = path.map(bytesOf);
  if (end < 0 || format !== FORMAT || !extra?.startsWith('extra ') || !index?.startsWith('index ')) throw new Forged();
  if (place === null || !steps.every((each) => each !== null)) throw new Forged();
  return { place, leaf: numberOf(index.slice('index '.length)), path: steps, note: text.slice(end + 2) };
}

/** The number of the entry that was hashed with the statement. Throws Forged for another receipt's. */
function placed(proof: Proof, about: { tenant: string; receiptId: string }): number {
  let parts: string[];
  try {
    parts = asText(proof.place).split('\n');
  } catch {
    throw new Forged();
  }
  const [, tenant, number, receiptId] = parts;
  const isOwn = parts.length === 4 && tenant === about.tenant && receiptId === about.receiptId;
  if (!isOwn || number !== String(proof.leaf + 1)) throw new Forged();
  return proof.leaf + 1;
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((each, at) => each === other[at]);
}
