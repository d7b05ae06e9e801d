import {existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, statSync} from 'node:fs';
import {isDeepStrictEqual} from 'node:util';
import {archiveBytes} from './archives.mjs';
import {placeOf} from './contexts.mjs';
import {treeOf} from './image.mjs';
import {jsonAt, layerAt} from './json.mjs';
import {difference, errorOf, later} from './outcomes.mjs';
import {fill} from './templates.mjs';
import {mergeLayers} from './trees.mjs';

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
	'inspect-equals': ({image, field, json, value}, site) => {
		const {config} = site.images.get(fill(image, site)) ?? difference(`there is no image ${image}`);
		const found = field === 'Author' ? config.author : config.config[field.replace('Config.', '')];
		if (json)
			same(found ?? null, typeof value === 'string' && typeof found !== 'string' ? JSON.parse(value) : value, field);
		else same(goText(found), value, field);
	},
	'json-equals': (expected, site) => {
		const {value} = expected;
		if (expected.path.at(-1) === rewritten) return timesUntil(Number(fill(value, site)), expected, site);
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
		const [, own] = /\{\{(\d)\}\}$/.exec(expected.templated ? expected.equals : '') ?? [];
		if (own) return same(value.filter(isOwn).length, Number(own), `own entries of ${expected.path.join('.')}`);
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
	'config-equals': ({build, path, value}, site) => {
		const {config} = imageOf(build, site);
		same(path.reduce((found, key) => found?.[key], config) ?? null, value, path.join('.'));
	},
	'history-contains': ({build, text: part}, site) => {
		if (!historyOf(build, site).includes(part)) difference(`the history has no ${part}: ${historyOf(build, site)}`);
	},
	'history-contains-not': ({build, text: part}, site) => {
		if (historyOf(build, site).includes(part)) difference(`the history has ${part}`);
	},
	'same-image': ({a, b}, site) => same(imageOf(b, site).digest, imageOf(a, site).digest, `digest of ${b}`),
	'other-image': ({a, b}, site) => {
		if (imageOf(a, site).digest === imageOf(b, site).digest) difference(`${a} and ${b} are one image`);
	},
	'tree-find': async ({build, name}, site) => {
		const paths = [...(await treeOf(imageOf(build, site))).keys()];
		if (!paths.some(path => path.split('/').at(-1) === name)) difference(`${name} is nowhere`);
	},
	'tree-entry': async ({build, path, ...wanted}, site) => {
		const found = (await treeOf(imageOf(build, site))).get(path) ?? difference(`${path} is not there`);
		if (wanted.data !== undefined) same(String(found.data), wanted.data, path);
		if (wanted.mode !== undefined) same(found.mode, Number.parseInt(wanted.mode, 8), `mode of ${path}`);
		for (const id of ['uid', 'gid']) if (wanted[id] !== undefined) same(found[id], wanted[id], `${id} of ${path}`);
		for (const part of wanted.without ?? []) if (String(found.data).includes(part)) difference(`${path} has ${part}`);
	},
	'json-same': ({a, b}, site) => same(jsonAt(a, site), jsonAt(b, site), a.path.join('.')),
	'json-differ': ({a, b}, site) => {
		if (isDeepStrictEqual(jsonAt(a, site), jsonAt(b, site))) difference(`${a.path.join('.')} is the same`);
	},
};

function imageOf(build, site) {
	return site.builds.get(build)?.image ?? difference(`${build} made no image`);
}

function historyOf(build, site) {
	return imageOf(build, site)
		.config.history.map(entry => entry.created_by)
		.join('\n');
}

/** BuildKit's mark on a layer whose times it changed. Here what counts is the times. */
const rewritten = 'buildkit/rewritten-timestamp';

async function timesUntil(epoch, {source, path}, site) {
	for (const {path: file, mtime} of await layerAt({source, path: path.slice(0, -2)}, site)) {
		if (mtime > epoch) difference(`${file} is of ${mtime}, after ${epoch}`);
	}
}

function isOwn({comment}) {
	return comment === 'buildkit.dockerfile.v0';
}

/** A value as Go's templates print it. */
function goText(value = []) {
	if (Array.isArray(value)) return `[${value.join(' ')}]`;
	if (typeof value !== 'object') return String(value);
	const pairs = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
	return `map[${pairs.map(([key, one]) => `${key}:${Object.keys(one).length === 0 ? '{}' : one}`).join(' ')}]`;
}

/** The text of a failed build. What this release lacks, and bugs, are no failures that anybody expected. */
function failure(build, site) {
	const {failed, text, unsupported, status} = site.builds.get(build);
	if (unsupported) later(unsupported);
	if (!failed) difference('the build succeeds');
	const isRefused = status === 7 && /entitlement \S+ is not allowed/.test(text);
	if (![2, 3, 4, 5].includes(status) && !isRefused) difference(`the build ends with ${status}: ${errorOf(text)}`);
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
	const image = site.places.get(tar);
	if (!image && !tar.layer) difference(`there is no ${tar}`);
	const tree = image ? await treeOf(image) : mergeLayers([await layerAt(withoutLast(tar.layer), site)]);
	return new Map([...tree].map(([path, entry]) => [entry.type === 'directory' ? `${path}/` : path, entry]));
}

function withoutLast({source, path}) {
	return {source, path: path.slice(0, -1)};
}

async function tarEntry({tar, entry}, site) {
	return (await tarOf(tar, site)).get(entry) ?? difference(`the tar has no ${entry}`);
}

function same(found, wanted, what) {
	if (!isDeepStrictEqual(found, wanted)) difference(`${what}: ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
}
