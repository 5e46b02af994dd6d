/** Tells the service worker which files belong to the release, and names the release after them. */

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin, Rolldown } from 'vite';

const BASE = '/console/';
const WORKER = 'worker.js';
const PAGE = 'index.html';

/** Writes `RELEASE` and `FILES` into the worker. Its bytes change exactly where a file of the
 * release does, which is when browsers install it anew. */
export function release(): Plugin {
  let copied = '';
  return {
    name: 'release',
    configResolved: (config) => void (copied = config.publicDir),
    generateBundle: {
      order: 'post',
      handler: (_, bundle) => stamp(bundle, copied),
    },
  };
}

function stamp(bundle: Rolldown.OutputBundle, copied: string): void {
  const hashes: Record<string, string> = {};
  for (const [name, file] of Object.entries(bundle)) {
    if (name === WORKER) continue;
    hashes[BASE + (name === PAGE ? '' : name)] = hashOf(file.type === 'chunk' ? file.code : file.source);
  }
  for (const name of readdirSync(copied)) hashes[BASE + name] = hashOf(readFileSync(join(copied, name)));
  const worker = bundle[WORKER];
  if (worker?.type !== 'chunk') throw new Error(`the build has no ${WORKER}`);
  const said = { RELEASE: hashOf(JSON.stringify(hashes)).slice(0, 16), FILES: hashes };
  const stated = Object.entries(said).map(([name, value]) => `const ${name}=${JSON.stringify(value)};`);
  worker.code = stated.join('') + worker.code;
}

function hashOf(file: string | Uint8Array): string {
  return createHash('sha256').update(file).digest('hex');
}
