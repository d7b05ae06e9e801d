import {execFile} from 'node:child_process';
import {readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import type {ServerResponse} from 'node:http';
import {join} from 'node:path';
import {promisify} from 'node:util';
import test, {type ExecutionContext} from 'ava';
import {inlineKey} from '../../lib/cache/format.ts';
import type {Descriptor, Index, Manifest} from '../../lib/oci/image.ts';
import {type Built, ofType, rowsOf, workshop} from '../helpers/build.ts';
import {fakeRegistry} from '../helpers/fake-registry.ts';
import {folderFor} from '../helpers/folder.ts';
import {without} from '../helpers/programs.ts';
import {fixtureRegistry, startRegistry} from '../helpers/registry.ts';
import {unless} from '../helpers/skip.ts';

const registry = startRegistry();
const fixtures = fixtureRegistry();
test.after.always(async () => {
	await (await registry).stop();
	await (await fixtures).stop();
});

const lines = [
	...['FROM scratch AS make', 'COPY a.txt /', 'COPY b.txt /'],
	...['FROM scratch', 'COPY --from=make /a.txt /x/', 'WORKDIR /w', 'CMD ["/a"]'],
];
const files = {'a.txt': 'a', 'b.txt': 'b'};

let count = 0;

/** A name that nobody pushed to yet. */
async function newName(): Promise<string> {
	return `${(await registry).host}/cache/${count++}:ci`;
}

test('a cache goes to a registry and comes back, with all that is needed', async t => {
	const ref = await newName();
	const built = await (await workshop(t)).build({lines, files, cacheTo: [{type: 'registry', ref, mode: 'max'}]});

	const again = await (await workshop(t)).build({lines, files, cacheFrom: [{type: 'registry', ref}]});

	t.deepEqual(again.rows.filter(isNotCached), []);
	t.is(again.result.digest, built.result.digest);
	t.like(ofType(built.events, 'cache').at(-1), {direction: 'to', ref, state: 'done', entries: 5, present: 0});
	t.deepEqual(warningsOf(built), []);
});

test('only what the registry lacks is sent', async t => {
	const to = {type: 'registry', ref: await newName(), mode: 'max'} as const;
	const shop = await workshop(t);
	await shop.build({lines, files, cacheTo: [to]});

	const again = await shop.build({lines: [...lines, 'LABEL a=b'], files, cacheTo: [to]});

	const done = ofType(again.events, 'cache').at(-1);
	t.is((done?.blobs ?? 0) - (done?.present ?? 0), 1, 'the config, with one more step');
});

test('an image may have its own records in it: whoever has its name needs no other', async t => {
	const ref = await newName();
	const plain = ['FROM scratch', 'COPY a.txt /', 'WORKDIR /w', 'CMD ["/a"]'];
	const built = await (await workshop(t)).build({
		...{lines: plain, files, tags: [ref]},
		cacheTo: [{type: 'inline'}],
		outputs: [{type: 'registry'}],
	});

	const again = await (await workshop(t)).build({lines: plain, files, cacheFrom: [{type: 'registry', ref}]});

	t.deepEqual(again.rows.filter(isNotCached), []);
	t.true(inlineKey in built.config);
	t.false(inlineKey in again.config);
});

test('a name that nothing goes by yet is no warning; one that is no cache is', async t => {
	const ref = await newName();
	const shop = await workshop(t);

	const first = await shop.build({lines, files, cacheFrom: [{type: 'registry', ref}]});
	await shop.build({lines, files, tags: [ref], outputs: [{type: 'registry'}]});
	const second = await shop.build({lines, files, cacheFrom: [{type: 'registry', ref}]});

	t.deepEqual(warningsOf(first), []);
	t.like(ofType(first.events, 'cache').at(-1), {state: 'absent'});
	t.deepEqual(warningsOf(second), [`no steps come from the cache ${ref}: ${ref} has no cache in it`]);
});

test('a name that cannot be one is an error of usage', async t => {
	const shop = await workshop(t);

	const named = await shop.tell({lines, files, cacheFrom: [{type: 'registry', ref: 'A b'}]});
	const exact = await shop.tell({lines, files, cacheFrom: [{type: 'local', src: 'a', digest: 'sha256:1'}]});

	t.like(named.error, {code: 'BAD_REFERENCE', message: '"A b" is no name of a cache'});
	const ref = `r.io/app@sha256:${'a'.repeat(64)}`;
	const pinned = await shop.tell({lines, files, cacheTo: [{type: 'registry', ref}]});
	t.like(pinned.error, {
		code: 'BAD_REFERENCE',
		message: `a cache cannot be written to ${ref}, which names one that is there`,
	});
	t.like(exact.error, {code: 'CACHE_DIGEST', message: 'sha256:1 is no digest of a cache'});
});

test('a base is not fetched where no step needs its files; where one does, it is', async t => {
	const base = `docker-image://${(await fixtures).host}/busybox`;
	const cache = {type: 'registry', ref: await newName()} as const;
	const order = {
		lines: ['FROM busybox AS make', 'COPY a.txt /', 'FROM scratch', 'COPY --from=make /a.txt /x/'],
		...{files, contexts: {busybox: base}},
	};
	await (await workshop(t)).build({...order, cacheTo: [{...cache, mode: 'max'}]});

	const same = await (await workshop(t)).build({...order, cacheFrom: [cache]});
	const more = ['FROM busybox', 'COPY a.txt /', 'CMD ["/bin/sh"]'];
	const whole = await (await workshop(t)).build({...order, lines: more, cacheFrom: [cache]});

	t.deepEqual(same.rows.filter(isNotCached), []);
	t.deepEqual(ofType(same.events, 'transfer'), []);
	t.deepEqual(whole.rows.filter(isNotCached), ['CMD ["/bin/sh"]: done']);
	t.is(ofType(whole.events, 'transfer').at(-1)?.state, 'done');
	t.like(ofType(whole.events, 'cache').at(-1), {kind: 'layers', direction: 'from', state: 'done', entries: 1});
});

const platforms = ['linux/amd64', 'linux/arm64'];

test('a build for several platforms takes all from a cache, or from the images of its index', async t => {
	const [cache, ref] = [await newName(), await newName()];
	const order = {lines: ['FROM scratch', 'ARG TARGETARCH', 'COPY $TARGETARCH /', 'CMD ["/a"]'], platforms};
	const both = {...order, files: {amd64: 'x', arm64: 'y'}};
	const built = await (await workshop(t)).tell({
		...{...both, tags: [ref], outputs: [{type: 'registry'}]},
		cacheTo: [{type: 'registry', ref: cache}, {type: 'inline'}],
	});

	for (const name of [cache, ref]) {
		const again = await (await workshop(t)).tell({...both, cacheFrom: [{type: 'registry', ref: name}]});
		t.deepEqual(rowsOf(again.events).filter(isNotCached), [], name);
	}
	t.deepEqual(ofType(built.events, 'warning'), []);
});

/** Serves a cache of `lines` by a registry that does something else where `act` says so. */
async function liar(t: ExecutionContext, act: (path: string, response: ServerResponse) => boolean) {
	const folder = join(await folderFor(t), 'cache');
	const built = await (await workshop(t)).build({lines, files, cacheTo: [{type: 'local', dest: folder, mode: 'max'}]});
	const read = (digest: string) => readFileSync(join(folder, 'blobs/sha256', digest.slice(7)));
	const [root] = (JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as Index).manifests as [Descriptor];
	const manifest = JSON.parse(read(root.digest).toString()) as Manifest;
	const parts = [root, manifest.config, ...manifest.layers];
	const blobs = new Map(parts.map(({mediaType, digest}) => [digest as string, {mediaType, bytes: read(digest)}]));
	const image = {root, blobs, layers: manifest.layers};
	const wanted = built.manifest.layers[0]?.digest ?? '';
	const {host} = await fakeRegistry(t, image, ({method, url = ''}, response) => method === 'GET' && act(url, response));
	return {from: {type: 'registry', ref: `${host}/app`} as const, config: manifest.config, wanted};
}

/** Bytes of the right length, and no others. */
function zeros(size: number, response: ServerResponse): boolean {
	response.writeHead(200, {'content-length': size}).end(Buffer.alloc(size));
	return true;
}

test('a registry whose list of steps is another is a warning', async t => {
	const lie = {about: '', size: 0};
	const {from, config} = await liar(
		t,
		(path, response) => lie.about !== '' && path.endsWith(lie.about) && zeros(lie.size, response),
	);
	Object.assign(lie, {about: config.digest, size: config.size});

	const built = await (await workshop(t)).build({lines, files, cacheFrom: [from]});

	t.is(built.rows.filter(isNotCached).length, 5);
	t.is(warningsOf(built).length, 1);
	t.regex(warningsOf(built)[0] ?? '', /^no steps come from the cache .*: .* is not what its digest says/);
});

test('a registry that says it has a layer and does not is a warning; the step is done after all', async t => {
	const lie = {about: ''};
	const {from, wanted} = await liar(t, (path, response) => {
		if (lie.about === '' || !path.endsWith(lie.about)) return false;
		response.writeHead(404).end();
		return true;
	});
	lie.about = wanted;
	const shop = await workshop(t);

	const built = await shop.build({lines, files, cacheFrom: [from]});

	t.is(warningsOf(built).length, 1);
	t.regex(warningsOf(built)[0] ?? '', /^a layer cannot be had from the cache .* is missing in the registry$/);
	t.deepEqual(shop.leftovers(), []);
});

test('a build that begins again because a layer is lost has its base all the same', async t => {
	const folder = join(await folderFor(t), 'cache');
	const order = {
		lines: ['FROM busybox', 'COPY a.txt /', 'COPY b.txt /'],
		...{files, contexts: {busybox: `docker-image://${(await fixtures).host}/busybox`}},
	};
	await (await workshop(t)).build({...order, cacheTo: [{type: 'local', dest: folder}]});
	for (const blob of readdirSync(join(folder, 'blobs/sha256'))) damage(join(folder, 'blobs/sha256', blob));

	const built = await (await workshop(t)).build({...order, cacheFrom: [{type: 'local', src: folder}]});

	t.true(warningsOf(built).some(warning => warning.startsWith('a layer cannot be had from the cache')));
	t.is(built.trees.length, 3);
});

unless(without('skopeo'))('skopeo carries a cache from a registry to a folder, where it is read as well', async t => {
	const ref = await newName();
	const folder = join(await folderFor(t), 'carried');
	await (await workshop(t)).build({lines, files, cacheTo: [{type: 'registry', ref, mode: 'max'}]});

	await promisify(execFile)('skopeo', ['copy', '--src-tls-verify=false', `docker://${ref}`, `oci:${folder}:latest`]);
	const again = await (await workshop(t)).build({lines, files, cacheFrom: [{type: 'local', src: folder}]});

	t.deepEqual(again.rows.filter(isNotCached), []);
});

/** What is compressed becomes something else of the same size; documents stay. */
function damage(path: string): void {
	const bytes = readFileSync(path);
	if (bytes[0] !== 0x1f) return;
	rmSync(path);
	writeFileSync(path, bytes.fill(0));
}

function isNotCached(row: string): boolean {
	return !row.endsWith(': cached');
}

function warningsOf({events}: Built): readonly string[] {
	return ofType(events, 'warning').map(({message}) => message);
}
