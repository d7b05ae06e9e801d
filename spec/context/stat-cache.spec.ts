import {lstatSync, mkdirSync, readdirSync, readlinkSync, statSync} from 'node:fs';
import {mkdtemp, readFile, rm, utimes, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import anyTest, {type TestFn} from 'ava';
import {withDigests} from '../../lib/context/digests.ts';
import {openContext} from '../../lib/context/open.ts';
import {statCache} from '../../lib/context/stat-cache.ts';
import {fileState} from '../../lib/linux/file-state.ts';
import {setXattr} from '../../lib/linux/xattr.ts';
import {digestOf} from '../../lib/oci/digest.ts';
import {selectSources} from '../../lib/tree/select.ts';

const test = anyTest as TestFn<{folder: string; file: string; cache: string}>;

test.beforeEach(async t => {
	const folder = await mkdtemp(join(tmpdir(), 'strata-stat-'));
	t.context = {folder, file: join(folder, 'f'), cache: join(folder, 'deep/cache.json')};
	await writeFile(t.context.file, 'one');
});

test.afterEach.always(t => rm(t.context.folder, {recursive: true}));

function state(path: string): string {
	return fileState(lstatSync(path, {bigint: true}));
}

function seen(path: string) {
	return {path, state: state(path), size: statSync(path).size};
}

/** A file that claims not to have changed for long, as the kernel cannot be made to say. */
function old(path: string) {
	return fileState(Object.assign(lstatSync(path, {bigint: true}), {mtimeNs: 1n, ctimeNs: 1n}));
}

async function cacheWith(path: string, file: string, ...found: readonly unknown[]): Promise<void> {
	await writeFile(path, JSON.stringify({version: 2, entries: {[file]: [state(file), ...found]}}));
}

test('a file that has not changed is not read', async t => {
	const {folder, file} = t.context;
	const remembered = digestOf('as if it had been read');
	await cacheWith(join(folder, 'c'), file, remembered);

	t.is(await statCache(join(folder, 'c')).digestOf(seen(file)), remembered);
});

test('a file that differs in anything is read', async t => {
	const {folder, file} = t.context;
	await cacheWith(join(folder, 'c'), file, digestOf('before'));
	await writeFile(file, 'two');
	await utimes(file, 1, 1);

	t.is(await statCache(join(folder, 'c')).digestOf(seen(file)), digestOf('two'));
	t.is(await statCache(join(folder, 'c')).digestOf({...seen(file), state: old(file)}), digestOf('two'));
});

test('a file changed a moment ago is not remembered: it may change again unseen (W-33)', async t => {
	const {file, cache} = t.context;
	const opened = statCache(cache);

	t.is(await opened.digestOf(seen(file)), digestOf('one'));
	opened.save();

	t.is(statSync(cache, {throwIfNoEntry: false}), undefined);
});

test('what was learned of an older file is there for the next build', async t => {
	const {file, cache} = t.context;
	const settled = '/etc/passwd';
	const opened = statCache(cache);

	const digest = await opened.digestOf(seen(settled));
	await opened.digestOf(seen(file));
	opened.save();

	const written = JSON.parse(await readFile(cache, 'utf8')) as {entries: Record<string, string[]>};
	t.deepEqual(Object.keys(written.entries), [settled]);
	t.is(written.entries[settled]?.[1], digest);
});

test('of a file that has not changed the attributes are remembered too; one that gets another is looked at', async t => {
	const {folder, file, cache} = t.context;
	mkdirSync(join(folder, 'deep'));
	const [digest, xattrs, before] = [digestOf('as if it had been read'), {'user.before': 'AA=='}, state(file)];
	await cacheWith(cache, file, digest, xattrs);
	const asSeen = () => openContext(folder, undefined, {recall: statCache(cache).recall}).stat('f');

	const known = asSeen();
	setXattr(file, 'user.after', Buffer.from('1'));
	const changed = asSeen();

	t.like(known, {digest, xattrs, content: {from: 'file', path: file, state: before}} as never);
	t.deepEqual([changed?.digest, changed?.xattrs], [undefined, {'user.after': Buffer.from('1').toString('base64')}]);
});

test('attributes come back as they were learned', async t => {
	const {cache} = t.context;
	const settled = {...seen('/etc/passwd'), xattrs: {'user.one': 'MQ=='}};
	const opened = statCache(cache);

	await opened.digestOf(settled);
	opened.save();

	t.deepEqual(statCache(cache).recall(settled.path, settled.state)?.xattrs, settled.xattrs);
	t.is(statCache(cache).recall(settled.path, old(settled.path)), undefined);
});

test('a cache that is no cache is forgotten', async t => {
	const {folder, file} = t.context;
	await writeFile(join(folder, 'c'), '{"version":2,"entr');

	t.is(await statCache(join(folder, 'c')).digestOf(seen(file)), digestOf('one'));
});

test('a cache that cannot be written is no error', async t => {
	const opened = statCache(join(t.context.file, 'cache'));

	await opened.digestOf(seen('/etc/passwd'));

	t.notThrows(() => opened.save());
});

test('only what was chosen gets a digest', async t => {
	const {folder, cache} = t.context;
	await writeFile(join(folder, 'g'), 'two');
	const context = openContext(folder);

	const {sources} = await withDigests(selectSources(context, {paths: ['g']}), context, {cache: statCache(cache)});

	t.deepEqual(
		sources.map(source => source.entries.map(entry => entry.digest)),
		[[digestOf('two')]],
	);
});

test('while files are hashed others get their turn, and may stop it', async t => {
	const {folder, cache} = t.context;
	await writeFile(join(folder, 'big'), Buffer.alloc(64 << 20));
	const context = openContext(folder);
	const controller = new AbortController();
	const reason = new Error('enough');
	setImmediate(() => controller.abort(reason));

	const hashing = withDigests(selectSources(context, {paths: ['big']}), context, {
		cache: statCache(cache),
		signal: controller.signal,
	});

	t.is(await t.throwsAsync(hashing), reason);
	t.false(openFiles().includes(join(folder, 'big')));
});

/** What this process has open. */
function openFiles(): readonly string[] {
	return readdirSync('/proc/self/fd').flatMap(fd => {
		try {
			return readlinkSync(`/proc/self/fd/${fd}`);
		} catch {
			// that of the folder itself, which is closed by now
			return [];
		}
	});
}
