import {execFileSync} from 'node:child_process';
import {
	chmodSync,
	lchownSync,
	linkSync,
	lutimesSync,
	mkdirSync,
	readdirSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {createServer} from 'node:net';
import {dirname, join} from 'node:path';
import {archiveBytes, tarBytes} from './archives.mjs';
import {lacking} from './outcomes.mjs';
import {fill} from './templates.mjs';

/** The path that `d1:a/b`, or `d1/a/b`, stands for. */
export function placeOf(text, {places}) {
	const [, id, path = ''] = /^([^:/]+)(?:[:/](.*))?$/s.exec(text);
	return join(places.get(id) ?? lacking(`place ${id} in this case`), path);
}

/** Makes the entries of a context. Modes are as they are written; where a parent is not, it is made. */
export async function writeEntries(place, entries, site) {
	for (const entry of entries) {
		const path = join(place, fill(entry.path, site));
		mkdirSync(dirname(path), {recursive: true});
		await writers[entry.type](path, entry, {place, site});
		if (entry.type !== 'symlink') changeMode(path, entry.mode);
	}
}

const writers = {
	file: async (path, {archive, data = ''}, {site}) =>
		writeFileSync(path, archive ? await archiveBytes(archive, site) : fill(data, site)),
	dir: path => mkdirSync(path, {recursive: true}),
	symlink: (path, {target}) => symlinkSync(target, path),
	hardlink: (path, {target}, {place}) => linkSync(join(place, target), path),
	socket: (path, _, {site}) => listen(path, site),
	chmod: () => {},
	xattr: (path, {xattrs}) => setXattrs(path, xattrs),
};

/** Whatever is done to a context after it was written, by the `op` without its prefix. */
export const generate = {
	mkdir: (step, site) => mkdirSync(at(step, site), {recursive: true, mode: Number.parseInt(step.mode, 8)}),
	write: (step, site) => {
		writeFileSync(at(step, site), fill(step.data, site));
		changeMode(at(step, site), step.mode);
	},
	chmod: (step, site) => changeMode(at(step, site), step.mode),
	chown: (step, site) => {
		if (process.getuid() === 0) lchownSync(at(step, site), step.uid, step.gid);
	},
	utime: (step, site) => lutimesSync(at(step, site), step.mtime, step.mtime),
	xattr: (step, site) => setXattrs(at(step, site), step.xattrs),
	tar: async (step, site) => {
		writeFileSync(at(step, site), await tarBytes(step.entries, site));
		changeMode(at(step, site), step.mode);
	},
};

/** `0644`, `os.FileMode(448)` or 420. */
export function changeMode(path, mode) {
	if (mode === undefined || mode === null) return;
	const [, decimal] = /\((\d+)\)/.exec(mode) ?? [];
	chmodSync(path, typeof mode === 'number' ? mode : decimal ? Number(decimal) : Number.parseInt(mode, 8));
}

/** Gives all that lies in a folder one time, the folder itself included. */
export function resetTimes(folder, seconds) {
	for (const entry of readdirSync(folder, {withFileTypes: true})) {
		const path = join(folder, entry.name);
		if (entry.isDirectory()) resetTimes(path, seconds);
		else lutimesSync(path, seconds, seconds);
	}
	lutimesSync(folder, seconds, seconds);
}

function at({id, path}, {places}) {
	return join(places.get(id), path);
}

function setXattrs(path, xattrs) {
	for (const [name, value] of Object.entries(xattrs)) execFileSync('setfattr', ['-n', name, '-v', value, path]);
}

async function listen(path, site) {
	const server = createServer();
	await new Promise(resolve => server.listen(path, resolve));
	site.closers.push(() => server.close());
}
