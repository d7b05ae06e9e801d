import {execFileSync} from 'node:child_process';
import {buffer} from 'node:stream/consumers';
import {gzipSync} from 'node:zlib';
import tar from 'tar-stream';
import {lacking} from './outcomes.mjs';
import {fill} from './templates.mjs';

/** The bytes of a described archive: `<buf N>` in one stands for the N-th that the case made. The same each time. */
export async function archiveBytes({format, entries}, site) {
	const [first] = entries;
	const content = first?.raw ? await rawBytes(first.raw, site) : await tarBytes(entries, site);
	if (format === 'tar') return content;
	if (format === 'gzip') return gzipSync(content);
	const program = {bzip2: 'bzip2', xz: 'xz', zstd: 'zstd'}[format] ?? lacking(`archive in ${format} in this harness`);
	return execFileSync(program, ['-c'], {input: content});
}

/** A tar of entries as the corpus describes them. */
export async function tarBytes(entries, site) {
	const pack = tar.pack();
	for (const {name, type, mode, uid, gid, mtime, linkname, data = '', pax} of entries) {
		const isFile = type === 'file';
		const header = {
			name: type === 'dir' ? `${name}/` : name,
			type: {dir: 'directory', hardlink: 'link'}[type] ?? type,
			mode: Number.parseInt(mode, 8),
			uid,
			gid,
			mtime: new Date((typeof mtime === 'number' ? mtime : Number(/time\.Unix\((\d+)/.exec(mtime)?.[1] ?? 0)) * 1000),
			linkname: linkname && fill(linkname, site),
			pax,
		};
		pack.entry(header, isFile ? fill(data, site) : undefined);
	}
	pack.finalize();
	const bytes = await buffer(pack);
	if (!site.archives.some(known => known.equals(bytes))) site.archives.push(bytes);
	return bytes;
}

function rawBytes(raw, site) {
	const [, index] = /^<buf (\d+)>$/.exec(raw) ?? [];
	return site.archives[index - 1] ?? lacking(`archive ${raw} in the record of this case`);
}
