/** Builds the service worker, tells it which files belong to the release, and names the release after them. */

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin, type Rolldown } from 'vite';

const BASE = '/console/';
const WORKER = 'worker.js';
const SOURCE = 'worker/worker.ts';
const PAGE = 'index.html';

/** Adds the worker, one file that shares nothing with the page, with `RELEASE` and `FILES`. Its bytes change exactly where a file of the
 * release does, which is when browsers install it anew. */
export function release(): Plugin {
  let [copied, target] = ['', ''];
  return {
    name: 'release',
    configResolved: (config) => {
      copied = config.publicDir;
      target = String(config.build.target);
    },
    generateBundle: {
      order: 'post',
      async handler(_, bundle) {
        const source = `${stated(bundle, copied)}${await workerFor(target)}`;
        this.emitFile({ type: 'asset', fileName: WORKER, source });
      },
    },
  };
}

function stated(bundle: Rolldown.OutputBundle, copied: string): string {
  const hashes: Record<string, string> = {};
  for (const [name, file] of Object.entries(bundle)) {
    hashes[BASE + (name === PAGE ? '' : name)] = hashOf(file.type === 'chunk' ? file.code : file.source);
  }
  for (const name of readdirSync(copied)) hashes[BASE + name] = hashOf(readFileSync(join(copied, name)));
  const said = { RELEASE: hashOf(JSON.stringify(hashes)).slice(0, 16), FILES: hashes };
  return Object.entries(said)
    .map(([name, value]) => `const ${name}=${JSON.stringify(value)};`)
    .join('');
}

async function workerFor(target: string): Promise<string> {
  const rolldownOptions = { input: SOURCE, output: { format: 'iife' as const } };
  const built = await build({
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    build: { target, write: false, modulePreload: { polyfill: false }, rolldownOptions },
  });
  const [chunk] = (built as Rolldown.RolldownOutput).output;
  return chunk.code;
}

function hashOf(file: string | Uint8Array): string {
  return createHash('sha256').update(file).digest('hex');
}
