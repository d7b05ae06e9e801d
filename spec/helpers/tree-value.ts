import {lstatSync, readdirSync, readFileSync, readlinkSync, type Stats} from 'node:fs';
import {join} from 'node:path';
import {getXattr} from '../../lib/linux/xattr.ts';
import type {Toc, TocEntry} from '../../lib/tree/toc.ts';

/** A tree as a value, for one `t.deepEqual`: `{'bin/': '755', 'bin/sh': '→ busybox', 'etc/motd': '644 hello', 'old': 'whiteout'}`. */
export type TreeValue = Record<string, string>;

/** What lies in a folder. Owners are left out: they depend on who runs the test. */
export function treeOfFolder(folder: string): TreeValue {
	const value: TreeValue = {};
	const walk = (directory: string) => {
		for (const bytes of readdirSync(join(folder, directory), 'buffer').sort(Buffer.compare)) {
			const name = join(directory, bytes.toString());
			const path = Buffer.concat([Buffer.from(join(folder, directory, '/')), bytes]);
			const stat = lstatSync(path);
			value[stat.isDirectory() ? `${name}/` : name] = describeFile(path, stat);
			if (stat.isDirectory() && !name.includes('\ufffd')) walk(name);
		}
	};
	walk('');
	return value;
}

/** What a TOC says, contents left out. An owner is shown where it is not root. */
export function treeOfToc(toc: Toc): TreeValue {
	return Object.fromEntries(toc.map(entry => [pathOf(entry), describeEntry(entry)]));
}

function describeFile(path: Buffer, stat: Stats): string {
	const mode = octal(stat.mode);
	if (stat.isSymbolicLink()) return `→ ${readlinkSync(path)}`;
	if (stat.isDirectory()) return getXattr(path, 'user.overlay.opaque') ? `${mode} opaque` : mode;
	if (stat.isFIFO()) return `${mode} fifo`;
	if (stat.isCharacterDevice() && stat.rdev === 0) return 'whiteout';
	if (!stat.isFile()) return `${mode} node`;
	return `${mode} ${readFileSync(path, 'utf8')}${stat.nlink > 1 ? ` ×${stat.nlink}` : ''}`;
}

function pathOf({path, type}: TocEntry): string {
	if (type === 'opaque') return `${path}/*`;
	return type === 'directory' ? `${path}/` : path;
}

function describeEntry({type, mode, uid, gid, size, linkname}: TocEntry): string {
	const owner = uid === 0 && gid === 0 ? '' : ` ${uid}:${gid}`;
	if (type === 'whiteout' || type === 'opaque') return type;
	if (type === 'symlink') return `→ ${linkname}${owner}`;
	if (type === 'hardlink') return `= ${linkname}`;
	if (type === 'directory') return octal(mode) + owner;
	return `${octal(mode)}${owner} ${type === 'file' ? size : type}`;
}

function octal(mode: number): string {
	return (mode & 0o7777).toString(8);
}
