import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {contextTime} from './context-time.mjs';
import {imageOf, treeOf} from './image.mjs';

/** Counts up when lines of the same image are told in another way. */
const format = 2;

/** What a runtime puts into a root filesystem, and some builders leave there. */
const leftovers = /^(dev|proc|sys|run|etc\/(hosts|hostname|resolv\.conf|mtab)|\.dockerenv)(\/|$)/;

/**
 * What a build changed of the fixture that it began with, in lines by path, so that it can be kept and compared on a machine
 * whose fixtures are of another day: `{base, files, gone}`. A file that is one of a fixture is named as that. Times are told
 * only if they are those of the context.
 */
export async function listingOf(image, registry) {
	const tree = (await filesOf(image)).filter(([path]) => !leftovers.test(path));
	const all = await fixturesOf(registry);
	const found = new Map(tree.map(([path, entry]) => [path, lineOf(entry, all.names)]));
	const base = nearest(found, all.lines);
	const known = all.lines.get(base) ?? new Map();
	return {
		base,
		files: Object.fromEntries([...found].filter(([path, line]) => known.get(path) !== line)),
		gone: [...known.keys()].filter(path => !found.has(path)),
	};
}

const shadow = /^etc\/shadow-?$/;

/** The tree of an image without what differs from one day to the next: when a password was last changed, in shadow(5). */
async function filesOf(image) {
	return [...(await treeOf(image))].map(([path, entry]) => [
		path,
		entry.data && shadow.test(path) ? undated(entry) : entry,
	]);
}

function undated(entry) {
	const data = Buffer.from(String(entry.data).replace(/^([^:]*:[^:]*:)\d+(?=:)/gm, '$1DAY'));
	return {...entry, data, digest: createHash('sha256').update(data).digest('hex')};
}

/** `file 644 0:0 "text"`, `directory 755 0:0`, `symlink 777 0:0 → target`; with its attributes and the time of the context. */
function lineOf({type, mode, uid, gid, linkname, data, digest, xattrs, mtime}, names) {
	const content = type === 'file' ? [names.get(digest) ?? textOf(data) ?? `sha256:${digest}`] : [];
	const isLink = linkname !== undefined && type !== 'file';
	return [
		type,
		mode.toString(8),
		`${uid}:${gid}`,
		...content,
		...(isLink ? [`→ ${linkname}`] : []),
		...Object.entries(xattrs ?? {}).map(([name, value]) => `${name}=${JSON.stringify(value)}`),
		...(type !== 'directory' && mtime === contextTime ? ['@context'] : []),
	].join(' ');
}

/** Short texts tell more than their digests. */
function textOf(data) {
	return data.length <= 200 && /^[\t\n\r -~]*$/.test(data) ? JSON.stringify(String(data)) : undefined;
}

/** The fixture that shares most with a tree, or `scratch`: a tree that shares less than half of one began without it. */
function nearest(found, lines) {
	const shared = [...lines].map(([name, known]) => {
		const count = [...known].filter(([path, line]) => found.get(path) === line).length;
		return {name, count, isBase: count > known.size / 2};
	});
	return shared.filter(({isBase}) => isBase).sort((a, b) => b.count - a.count)[0]?.name ?? 'scratch';
}

let fixtures;

/** The lines of all fixtures, and the names of their files by digest. Read once, and kept for the next run. */
function fixturesOf(registry) {
	fixtures ??= readFixtures(registry);
	return fixtures;
}

const sources = {busybox: 'busybox', alpine: 'alpine', debian: 'debian', 'debian-slim': 'debian:bookworm-slim'};

async function readFixtures(registry) {
	const names = Object.entries(sources).map(([name, repository]) => [name, `docker://${registry}/${repository}`]);
	const digests = names.map(([, source]) => skopeo('inspect', '--tls-verify=false', '--format={{.Digest}}', source));
	const key = createHash('sha256')
		.update(JSON.stringify([format, digests]))
		.digest('hex')
		.slice(0, 12);
	const file = join('.fixtures', `listing-${key}.json`);
	if (!existsSync(file)) await writeFixtures(file, names);
	const {lines, digests: known} = JSON.parse(readFileSync(file, 'utf8'));
	return {lines: new Map(lines.map(([name, list]) => [name, new Map(list)])), names: new Map(known)};
}

async function writeFixtures(file, names) {
	const folder = mkdtempSync(join(tmpdir(), 'strata-fixtures-'));
	for (const [name, source] of names)
		skopeo('copy', '-q', '--src-tls-verify=false', source, `oci:${join(folder, name)}:it`);
	writeFileSync(`${file}.${process.pid}`, JSON.stringify(await listFixtures(folder)));
	renameSync(`${file}.${process.pid}`, file);
	rmSync(folder, {recursive: true});
}

function skopeo(...args) {
	return execFileSync('skopeo', ['--insecure-policy', ...args], {encoding: 'utf8'}).trim();
}

async function listFixtures(layouts) {
	const names = new Map();
	const lines = [];
	for (const name of Object.keys(sources)) {
		const tree = await filesOf(imageOf(join(layouts, name), 'it'));
		for (const [path, {digest, data}] of tree) {
			if (digest && !textOf(data) && !names.has(digest)) names.set(digest, `=${name}:/${path}`);
		}
		const kept = [...tree].filter(([path]) => !leftovers.test(path));
		lines.push([name, kept.map(([path, entry]) => [path, lineOf(entry, names)])]);
	}
	return {lines, digests: [...names]};
}
