/** A file of this device becomes one of the tenant. */

import type { ArtifactDetail } from '../api/generated.ts';
import { write } from '../api/call.ts';
import { digest, inHex } from '../kit/bytes.ts';

/** The file as the platform has it, once it is uploaded and was checked: `stored`, `scanning` or `refused`. Throws as
 * `read` does, and TypeError where its bytes do not arrive. */
export async function upload(file: File): Promise<ArtifactDetail> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const body = {
    name: file.name,
    media_type: file.type,
    size: bytes.length,
    sha256: inHex(await digest(bytes)),
  };
  const announced = await write<ArtifactDetail>({ method: 'POST', path: '/v1/artifacts', body }, crypto.randomUUID());
  const { url, headers } = announced.upload!;
  const answer = await fetch(url, { method: 'PUT', headers, body: bytes, credentials: 'omit', referrerPolicy: 'no-referrer' });
  if (!answer.ok) throw new TypeError(`The upload was answered with ${answer.status}.`);
  return write<ArtifactDetail>(
    { method: 'POST', path: `/v1/artifacts/${announced.artifact_id}/complete` },
    crypto.randomUUID(),
  );
}
