import type { NamedFile } from '../../api/generated.ts';
import { bytesInWords } from '../../kit/sizes.ts';
import { called } from '../../names.ts';
import { files as say } from '../../words/files.ts';

/** The files that a card names, each with what identifies it and where to get it. */
export function Files({ files }: { files: readonly NamedFile[] }) {
  if (files.length === 0) return null;
  return (
    <section>
      <h2>{say.title}</h2>
      <ul class="rows">
        {files.map((each) => (
          <li class="row">
            <span class="summary">{each.name}</span>
            <span class="facts">
              <span>{say.namedAs[each.named_as]}</span>
              <span>{each.media_type}</span>
              <span>{bytesInWords(each.bytes)}</span>
              {each.status !== 'stored' && <span class="warning">{say.status[each.status]}</span>}
              <span>{say.by(called(each.uploaded_by))}</span>
              {each.labels.map((label) => (
                <code>{label}</code>
              ))}
            </span>
            <code>SHA-256 {each.sha256}</code>
            {each.download && (
              <p class="links">
                <a href={each.download.url} rel="noreferrer" download={each.name}>
                  {say.download(each.name)}
                </a>
              </p>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
