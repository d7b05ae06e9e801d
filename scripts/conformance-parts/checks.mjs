import {existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, statSync} from 'node:fs';
import {isDeepStrictEqual} from 'node:util';
import {archiveBytes} from './archives.mjs';
import {placeOf} from './contexts.mjs';
import {treeOf} from './image.mjs';
import {jsonAt} from './json.mjs';
import {difference, errorOf, later} from './outcomes.mjs';
import {fill} from './templates.mjs';

/** Compares one expectation of the corpus with what is there. */
export async function check(expected, site) {
	const test = checks[expected.type] ?? later(`checks ${expected.type} of the corpus`);
	await test(expected, site);
}

const checks = {
	'build-ok': ({build}, site) => {
		const {failed, text, unsupported} = site.builds.get(build);
		if (unsupported) later(unsupported);
		if (failed) difference(`the build fails: ${errorOf(text)}`);
	},
	'build-fails': ({build}, site) => void failure(build, site),
	// How BuildKit words its errors is its own: what counts is that there is one, and that it is an error of the user's making.
	'error-contains': ({build}, site) => void failure(build, site),
	'error-matches': ({build}, site) => void failure(build, site),
	'error-lines': ({build, lines}, site) => {
		const text = failure(build, site);
		const marked = [...text.matchAll(/^\s*(\d+) \| >>>/gm)].map(([, line]) => Number(line));
		if (!lines.every(line => marked.includes(line))) difference(`the error marks the lines ${marked}, not ${lines}`);
	},
	'output-contains': ({build, text: part}, site) => {
		const {text} = site.builds.get(build);
		if (!text.includes(fill(part, site))) difference(`the output has no ${JSON.stringify(part)}`);
	},
	'output-not-contains': ({build, texts}, site) => {
		const {text} = site.builds.get(build);
		for (const part of texts) if (text.includes(part)) difference(`the output has ${JSON.stringify(part)}`);
	},
	exists: ({path}, site) => void existing(path, site),
	'not-exists': ({path}, site) => {
		if (lstatSync(placeOf(path, site), {throwIfNoEntry: false})) difference(`${path} is there`);
	},
	'is-dir': ({path, want}, site) => same(existing(path, site).isDirectory(), want, `${path} is a directory`),
	'dir-empty': ({path}, site) => same(readdirSync(placeOf(path, site)).length, 0, `entries of ${path}`),
	'file-equals': ({path, data}, site) => same(text(path, site), fill(data, site), path),
	'file-not-equals': ({path, data}, site) => text(path, site) !== fill(data, site) || difference(`${path} is ${data}`),
	'file-trimmed-equals': ({path, data}, site) => same(text(path, site).trim(), fill(data, site), path),
	'file-contains': ({path, text: part}, site) =>
		text(path, site).includes(part) || difference(`${path} has no ${JSON.stringify(part)}: ${text(path, site)}`),
	'file-not-contains': ({path, text: part}, site) =>
		!text(path, site).includes(part) || difference(`${path} has ${part}`),
	'file-size': ({path, value}, site) => same(existing(path, site).size, value, `size of ${path}`),
	'file-size-compare': ({path, operator, value}, site) => {
		const {size} = existing(path, site);
		const holds = {'>': size > value, '<': size < value, '>=': size >= value, '<=': size <= value}[operator];
		if (!holds) difference(`${path} has ${size} bytes, not ${operator} ${value}`);
	},
	'file-mode': ({path, expr, value}, site) => {
		if (!/IsRegular/.test(expr)) later(`checks file-mode ${expr} of the corpus`);
		same(existing(path, site).isFile(), value, `${path} is a regular file`);
	},
	'files-equal': ({a, b}, site) => same(text(a, site), text(b, site), a),
	'files-differ': ({a, b}, site) => text(a, site) !== text(b, site) || difference(`${a} and ${b} are equal`),
	'same-inode': ({a, b}, site) => same(existing(a, site).ino, existing(b, site).ino, `inode of ${a}`),
	'symlink-target': ({path, target}, site) => same(readlinkSync(placeOf(path, site)), target, path),
	'file-equals-generated-archive': async ({path, archive}, site) => {
		if (!readFileSync(placeOf(path, site)).equals(await archiveBytes(archive, site)))
			difference(`${path} is another archive`);
	},
	'tar-has': async (expected, site) => void (await tarEntry(expected, site)),
	'tar-has-not': async ({tar, entry}, site) => {
		if ((await tarOf(tar, site)).has(entry)) difference(`the tar has ${entry}`);
	},
	'tar-file-equals': async ({data, ...rest}, site) => {
		const found = await tarEntry(rest, site);
		same(String(found.data), fill(data, site), rest.entry);
	},
	'tar-header-equals': async ({field, value, ...rest}, site) => {
		const found = await tarEntry(rest, site);
		same({Uid: found.uid, Gid: found.gid, Mode: found.mode}[field], value, `${field} of ${rest.entry}`);
	},
	'image-digests-equal': (_, site) => {
		const [first, ...rest] = [...site.builds.values()].map(({image}) => image.digest);
		for (const digest of rest) same(digest, first, 'digest of the image');
	},
	'two-builds-same-digest': () => later('a second build of the same case'),
	'inspect-equals': ({image, field, value}, site) => {
		const {config} = site.images.get(fill(image, site)) ?? difference(`there is no image ${image}`);
		const found = field === 'Author' ? config.author : config.config[field.replace('Config.', '')];
		const wanted = typeof value === 'string' && typeof found !== 'string' ? JSON.parse(value) : value;
		same(found ?? null, wanted, field);
	},
	'json-equals': (expected, site) => {
		const {value} = expected;
		same(
			jsonAt(expected, site) ?? null,
			typeof value === 'string' ? fill(value, site) : value,
			expected.path.join('.'),
		);
	},
	'json-not-equals': (expected, site) => {
		if (isDeepStrictEqual(jsonAt(expected, site) ?? null, expected.value))
			difference(`${expected.path.join('.')} is ${expected.value}`);
	},
	'json-has': (expected, site) => {
		if (jsonAt(expected, site) === undefined) difference(`there is no ${expected.path.join('.')}`);
	},
	'json-length': (expected, site) => {
		const value = jsonAt(expected, site);
		same(Object.keys(value ?? []).length, Number(fill(expected.equals, site)), `length of ${expected.path.join('.')}`);
	},
	'json-contains': (expected, site) => {
		const value = jsonAt(expected, site);
		if (!value?.includes(expected.value))
			difference(`${expected.path.join('.')} is ${value}, without ${expected.value}`);
	},
	'json-not-contains': (expected, site) => {
		if (jsonAt(expected, site)?.includes(expected.value))
			difference(`${expected.path.join('.')} has ${expected.value}`);
	},
	'json-array-has-prefix': (expected, site) => {
		const list = jsonAt(expected, site);
		if (!list?.some(item => item.startsWith(expected.prefix)))
			difference(`nothing of ${list} begins with ${expected.prefix}`);
	},
	'json-empty': (expected, site) => same(jsonAt(expected, site) ?? '', '', expected.path.join('.')),
	'json-nonempty': (expected, site) => jsonAt(expected, site) || difference(`${expected.path.join('.')} is empty`),
	'json-time-unix-equals': (expected, site) =>
		same(Date.parse(jsonAt(expected, site)) / 1000, expected.value, expected.path.join('.')),
	'json-same': ({a, b}, site) => same(jsonAt(a, site), jsonAt(b, site), a.path.join('.')),
	'json-differ': ({a, b}, site) => {
		if (isDeepStrictEqual(jsonAt(a, site), jsonAt(b, site))) difference(`${a.path.join('.')} is the same`);
	},
};

/** The text of a failed build. What this release lacks, and bugs, are no failures that anybody expected. */
function failure(build, site) {
	const {failed, text, unsupported, status} = site.builds.get(build);
	if (unsupported) later(unsupported);
	if (!failed) difference('the build succeeds');
	if (![2, 3, 4, 5].includes(status)) difference(`the build ends with ${status}: ${errorOf(text)}`);
	return text;
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

async function tarOf(tar, site) {
	if (tar.layer) return later('checks of layers of the corpus');
	const image = site.places.get(tar) ?? difference(`there is no ${tar}`);
	const tree = await treeOf(image);
	return new Map([...tree].map(([path, entry]) => [entry.type === 'directory' ? `${path}/` : path, entry]));
}

async function tarEntry({tar, entry}, site) {
	return (await tarOf(tar, site)).get(entry) ?? difference(`the tar has no ${entry}`);
}

function same(found, wanted, what) {
	if (!isDeepStrictEqual(found, wanted)) difference(`${what}: ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
}
