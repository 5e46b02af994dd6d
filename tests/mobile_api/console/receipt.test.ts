/** Receipts verify in the console as they do elsewhere (`receipts.json` is written by
 * `python -m tests.mobile_api.console.receipts`). */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { PARTS, verifyReceipt, type Envelope, type Part } from '../../../mobile_api/console/src/kit/receipt.ts';

interface Receipt {
  receipt_id: string;
  number: number;
  envelope: Envelope;
  proof: string;
  keys: string[];
}

interface Written {
  tenant: string;
  whole: Receipt[];
  tampered: { name: string; part: Part; receipt: Receipt }[];
}

const { tenant, whole, tampered } = JSON.parse(readFileSync(new URL('receipts.json', import.meta.url), 'utf8')) as Written;

function about(receipt: Receipt) {
  return { tenant, receiptId: receipt.receipt_id };
}

test('a whole receipt holds in each part, in trees of every shape', async () => {
  for (const receipt of whole) {
    const found = await verifyReceipt(receipt, about(receipt));
    for (const part of PARTS) assert.equal(found.results[part], 'holds', part);
    assert.equal(found.number, receipt.number);
    assert.equal(found.said?.['receipt_id'], receipt.receipt_id);
    assert.deepEqual(found.signers, receipt.keys);
  }
});

test('what was tampered with breaks at its part, and nothing after it holds', async () => {
  for (const { name, part, receipt } of tampered) {
    const { results } = await verifyReceipt(receipt, about(receipt));
    assert.equal(results[part], 'broken', name);
    for (const later of PARTS.slice(PARTS.indexOf(part) + 1)) assert.equal(results[later], 'unknown', name);
  }
});

test('a statement that nobody signed is not read', async () => {
  for (const { part, receipt } of tampered) {
    if (part === 'envelope') assert.equal((await verifyReceipt(receipt, about(receipt))).said, null);
  }
});

test('the receipt of something else is none of this', async () => {
  const receipt = whole[0]!;
  for (const other of [{ ...about(receipt), tenant: 'other' }, { ...about(receipt), receiptId: 'rct_other' }]) {
    assert.equal((await verifyReceipt(receipt, other)).results.statement, 'broken');
  }
  const swapped = { ...receipt, proof: whole[1]!.proof };
  assert.equal((await verifyReceipt(swapped, about(receipt))).results.inclusion, 'broken');
});

test('without a proof its envelope alone is verified', async () => {
  const receipt = { ...whole[0]!, proof: null };
  const { results } = await verifyReceipt(receipt, about(whole[0]!));
  assert.deepEqual(results, { envelope: 'holds', statement: 'holds', checkpoint: 'unknown', inclusion: 'unknown' });
});

test('a proof that cannot be read is broken', async () => {
  for (const proof of ['', '\n\n', 'c2sp.org/tlog-proof@v1\nextra !\nindex 0\n\nnote', whole[0]!.proof.slice(0, -3)]) {
    const { results } = await verifyReceipt({ ...whole[0]!, proof }, about(whole[0]!));
    assert.ok(results.checkpoint === 'broken' || results.inclusion === 'broken', proof);
  }
});

test('a browser that verifies no such signatures says so', async (context) => {
  context.mock.method(crypto.subtle, 'importKey', async () => {
    throw new DOMException('no Ed25519 here', 'NotSupportedError');
  });
  const { results, said } = await verifyReceipt(whole[0]!, about(whole[0]!));
  assert.equal(results.envelope, 'cannot');
  assert.equal(said, null);
});
