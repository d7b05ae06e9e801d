import {existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, statSync} from 'node:fs';
import {archiveBytes} from './archives.mjs';
import {placeOf} from './contexts.mjs';
import {difference, lacking} from './outcomes.mjs';
import {same} from './same.mjs';
import {fill} from './templates.mjs';

/** What lies in a folder of the case, most often in one that a build was exported to. */
export const fileChecks = {
	exists: ({path}, site) => void existing(path, site),
	'not-exists': ({path}, site) => {
		if (lstatSync(placeOf(path, site), {throwIfNoEntry: false})) difference(`${path} is there`);
	},
	'is-dir': ({path, want = true}, site) => same(existing(path, site).isDirectory(), want, `${path} is a directory`),
	'dir-empty': ({path}, site) => same(readdirSync(placeOf(path, site)).length, 0, `entries of ${path}`),
	'dir-entries': ({path, names}, site) => same(readdirSync(placeOf(path, site)).sort(), names, `entries of ${path}`),
	'file-equals': ({path, data}, site) => same(text(path, site), fill(data, site), path),
	'file-not-equals': ({path, data}, site) => {
		if (text(path, site) === fill(data, site)) difference(`${path} is ${data}`);
	},
	'file-trimmed-equals': ({path, data}, site) => same(text(path, site).trim(), fill(data, site), path),
	'file-contains': ({path, text: part}, site) => {
		const found = text(path, site);
		if (!found.includes(fill(part, site))) difference(`${path} has no ${JSON.stringify(part)}: ${found}`);
	},
	'file-not-contains': ({path, text: part}, site) => {
		if (text(path, site).includes(fill(part, site))) difference(`${path} has ${part}`);
	},
	'file-size': ({path, value}, site) => same(existing(path, site).size, value, `size of ${path}`),
	'file-size-compare': ({path, operator, value}, site) => {
		const {size} = existing(path, site);
		const holds = {'>': size > value, '<': size < value, '>=': size >= value, '<=': size <= value}[operator];
		if (!holds) difference(`${path} has ${size} bytes, not ${operator} ${value}`);
	},
	'file-mode': ({path, expr, value}, site) => {
		const [, method = ''] = /^\.(\w+)\(/.exec(expr) ?? [];
		const read = modes[method] ?? lacking(`check of the mode by ${expr} in this harness`);
		same(read(statOf(path, expr, site)), value, `${method} of ${path}`);
	},
	/** Seconds since 1970, as a server or an archive said. */
	'file-mtime': ({path, value}, site) =>
		same(Math.floor(existing(path, site).mtimeMs / 1000), Number(fill(value, site)), `time of ${path}`),
	'files-equal': ({a, b}, site) => same(text(a, site), text(b, site), a),
	'files-differ': ({a, b}, site) => {
		if (text(a, site) === text(b, site)) difference(`${a} and ${b} are equal`);
	},
	'same-inode': ({a, b}, site) => same(existing(a, site).ino, existing(b, site).ino, `inode of ${a}`),
	'symlink-target': ({path, target}, site) => same(readlinkSync(placeOf(path, site)), target, path),
	'file-equals-generated-archive': async ({path, archive}, site) => {
		const wanted = await archiveBytes(archive, site);
		if (!readFileSync(placeOf(path, site)).equals(wanted)) difference(`${path} is another archive`);
	},
};

/** Methods of Go's FileMode. */
const modes = {
	IsRegular: stat => stat.isFile(),
	IsDir: stat => stat.isDirectory(),
	Perm: stat => stat.mode & 0o777,
	Mode: stat => stat.mode & 0o7777,
};

function statOf(path, expr, site) {
	existing(path, site);
	return /os\.Lstat/.test(expr) ? lstatSync(placeOf(path, site)) : statSync(placeOf(path, site));
}

function existing(path, site) {
	const place = placeOf(path, site);
	return existsSync(place)
		? statSync(place)
		: (lstatSync(place, {throwIfNoEntry: false}) ?? difference(`${path} is not there`));
}

function text(path, site) {
	existing(path, site);
	return readFileSync(placeOf(path, site), 'utf8');
}
