import type {Package} from '../../../lib/attest/package.ts';
import type {Reader} from '../../../lib/attest/reader.ts';

/** What a reader finds in a file of Debian 12. */
export function packages({read}: Reader, content: string | Buffer, path = 'file'): readonly Package[] {
	return read(Buffer.from(content), {path, distribution: {id: 'debian', release: 'debian-12'}});
}

export function purls(reader: Reader, content: string | Buffer, path?: string): readonly string[] {
	return packages(reader, content, path).map(({purl}) => purl);
}

/** Which of these files a reader wants to see. */
export function paths({wants}: Reader, files: readonly string[]): readonly string[] {
	return files.filter(path => wants({path, type: 'file', mode: 0o644, uid: 0, gid: 0, size: 1, mtime: 0}));
}
