import {createHash} from 'node:crypto';
import {chmodSync, linkSync, lutimesSync, mkdirSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {buffer} from 'node:stream/consumers';
import tar from 'tar-stream';

/** The entries of a tar, in order; a file's content as `data`. */
export async function layerEntries(stream) {
	const extract = tar.extract();
	stream.on('error', error => extract.destroy(error));
	stream.pipe(extract);
	const entries = [];
	for await (const entry of extract) entries.push(await entryOf(entry));
	return entries;
}

async function entryOf(entry) {
	const {name, type, mode, uid, gid, mtime, linkname, pax} = entry.header;
	const data = await buffer(entry);
	const xattrs = Object.entries(pax ?? {}).filter(([key]) => key.startsWith('SCHILY.xattr.'));
	return {
		path: name.replace(/^(\.?\/)+|\/+$/g, ''),
		type: {link: 'hardlink', 'contiguous-file': 'file'}[type] ?? type,
		mode: mode & 0o7777,
		uid,
		gid,
		mtime: Math.floor(mtime.getTime() / 1000),
		...(linkname ? {linkname} : {}),
		...(type === 'file' ? {data, digest: createHash('sha256').update(data).digest('hex')} : {}),
		...(xattrs.length > 0 ? {xattrs: Object.fromEntries(xattrs.map(([key, value]) => [key.slice(13), value]))} : {}),
	};
}

/** The files of a stack of layers, by path, sorted: https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts */
export function mergeLayers(layers) {
	const tree = new Map();
	for (const entries of layers) {
		for (const {path} of entries) whiteOut(tree, path);
		for (const entry of entries) if (!isWhiteout(entry.path) && entry.path !== '') add(tree, entry);
	}
	return new Map([...tree].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isWhiteout(path) {
	return basename(path).startsWith('.wh.');
}

function whiteOut(tree, path) {
	if (!isWhiteout(path)) return;
	const parent = dirname(path) === '.' ? '' : `${dirname(path)}/`;
	if (basename(path) === '.wh..wh..opq') return removeBelow(tree, parent);
	const hidden = `${parent}${basename(path).slice(4)}`;
	tree.delete(hidden);
	removeBelow(tree, `${hidden}/`);
}

function add(tree, entry) {
	if (entry.type !== 'directory') removeBelow(tree, `${entry.path}/`);
	if (entry.type !== 'hardlink') return tree.set(entry.path, entry);
	const target = tree.get(entry.linkname.replace(/^(\.?\/)+/, ''));
	if (!target) throw new Error(`${entry.path} is a hard link to ${entry.linkname}, which is not there`);
	target.inode ??= {};
	tree.set(entry.path, {...target, path: entry.path});
}

function removeBelow(tree, prefix) {
	for (const path of tree.keys()) if (path.startsWith(prefix)) tree.delete(path);
}

/** Writes a tree's files into a folder, as an output of type local does: owners are those of who runs this. */
export function writeTree(tree, folder) {
	const inodes = new Map();
	for (const [path, entry] of tree) {
		const place = join(folder, path);
		mkdirSync(dirname(place), {recursive: true});
		if (entry.type !== 'directory') rmSync(place, {recursive: true, force: true});
		if (entry.inode && inodes.has(entry.inode)) linkSync(inodes.get(entry.inode), place);
		else if (entry.type === 'directory') mkdirSync(place, {recursive: true});
		else if (entry.type === 'symlink') symlinkSync(entry.linkname, place);
		else if (entry.type === 'file') writeFileSync(place, entry.data);
		else continue;
		if (entry.inode) inodes.set(entry.inode, place);
		if (entry.type !== 'symlink') chmodSync(place, entry.mode);
		lutimesSync(place, entry.mtime, entry.mtime);
	}
}
