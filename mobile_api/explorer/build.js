/** Puts the page together in `dist`: each file but the page and the description has the hash of what
 * is in it in its name, so that browsers and the edge keep it for ever. */

import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const HERE = import.meta.dirname;
const DIST = join(HERE, 'dist');
const PACKAGE = join(HERE, 'node_modules', 'swagger-ui-dist');
const DESCRIPTION = join(HERE, '..', '..', 'docs', 'api', 'openapi.json');
const FILES = [
  [PACKAGE, 'swagger-ui.css'],
  [PACKAGE, 'swagger-ui-bundle.js'],
  [HERE, 'explorer.css'],
  [HERE, 'explorer.js'],
];

rmSync(DIST, { recursive: true, force: true });
mkdirSync(join(DIST, 'assets'), { recursive: true });
let page = readFileSync(join(HERE, 'index.html'), 'utf8');
for (const [folder, name] of FILES) {
  // The maps of the sources are not served.
  const text = readFileSync(join(folder, name), 'utf8').replace(/\n?(\/\/|\/\*)# sourceMappingURL=[^\n]*\n?$/, '\n');
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12);
  const hashed = `assets/${name.replace(/\.(?=[a-z]+$)/, `-${hash}.`)}`;
  writeFileSync(join(DIST, hashed), text);
  page = page.replace(`"${name}"`, `"/explorer/${hashed}"`);
}
for (const name of ['LICENSE', 'NOTICE', 'swagger-ui-bundle.js.LICENSE.txt']) {
  copyFileSync(join(PACKAGE, name), join(DIST, 'assets', `${name.replace('.txt', '')}.txt`));
}
copyFileSync(DESCRIPTION, join(DIST, 'openapi.json'));
writeFileSync(join(DIST, 'index.html'), page);
