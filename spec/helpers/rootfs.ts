import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, relative} from 'node:path';

/** A file system as a value: path → type, mode, ids, size, content, link target, capabilities, in one line of text. */
export type Rootfs = Readonly<Record<string, string>>;

/**
 * Unpacks an image with umoci, an implementation that is not ours, and reads what came out. Needs root, because owners
 * count. Times do not: two builders run at two times.
 */
export function unpackedRootfs(layout: string, name: string): Rootfs {
	const folder = mkdtempSync(join(tmpdir(), 'strata-unpacked-'));
	try {
		execFileSync('umoci', ['unpack', '--image', `${layout}:${name}`, join(folder, 'bundle')], {
			stdio: ['ignore', 'ignore', 'inherit'],
		});
		return readRootfs(join(folder, 'bundle/rootfs'));
	} finally {
		rmSync(folder, {recursive: true});
	}
}

export function readRootfs(root: string): Rootfs {
	const capabilities = fileCapabilities(root);
	const links = new Map<number, string>();
	const tree: Record<string, string> = {};
	for (const path of walk(root)) {
		tree[path] = [describeFile(join(root, path), {links, path}), capabilities.get(path)].filter(Boolean).join(' ');
	}
	return tree;
}

/** Not `recursive` alone: that follows links. */
function walk(root: string): readonly string[] {
	const entries = readdirSync(root, {recursive: true, withFileTypes: true});
	return entries.map(entry => relative(root, join(entry.parentPath, entry.name))).sort();
}

function describeFile(file: string, {links, path}: {links: Map<number, string>; path: string}): string {
	const stat = lstatSync(file);
	const owner = `${stat.uid}:${stat.gid}`;
	const mode = (stat.mode & 0o7777).toString(8).padStart(4, '0');
	if (stat.isSymbolicLink()) return `link ${owner} → ${readlinkSync(file)}`;
	if (stat.isDirectory()) return `dir ${mode} ${owner}`;
	if (!stat.isFile()) return `special ${stat.mode.toString(8)} ${owner} ${stat.rdev}`;
	const same = stat.nlink > 1 ? ` = ${links.get(stat.ino) ?? 'first'}` : '';
	if (!links.has(stat.ino)) links.set(stat.ino, path);
	return `file ${mode} ${owner} ${stat.size} ${createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 16)}${same}`;
}

function fileCapabilities(root: string): ReadonlyMap<string, string> {
	const lines = execFileSync('getcap', ['-r', '.'], {cwd: root, encoding: 'utf8'}).trim().split('\n');
	return new Map(lines.filter(Boolean).map(line => line.split(' ') as [string, string]));
}
