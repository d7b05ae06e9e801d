import {existsSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {type CacheConfig, cacheConfig, cacheManifest, cacheType} from '../../lib/cache/format.ts';
import {digestOf, hexOf} from '../../lib/oci/digest.ts';
import type {Descriptor, Index, Manifest} from '../../lib/oci/image.ts';
import {isLayer} from '../../lib/oci/media-types.ts';
import {type Built, busyboxFolder, type Order, ofType, onBusybox, withoutRun, workshop} from '../helpers/build.ts';
import {folderFor} from '../helpers/folder.ts';
import {endOfScript} from '../helpers/script.ts';
import {unless} from '../helpers/skip.ts';

const runs = unless(withoutRun);

/** A stage that is copied from, one file of each. */
const lines = [
	...['FROM scratch AS make', 'COPY a.txt /', 'COPY b.txt /'],
	...['FROM scratch', 'COPY --from=make /a.txt /x/', 'WORKDIR /w', 'CMD ["/a"]'],
];
const files = {'a.txt': 'a', 'b.txt': 'b'};

/** A cache in a folder of its own, as it is written and read. */
async function place(t: ExecutionContext) {
	const folder = join(await folderFor(t), 'cache');
	return {folder, to: {type: 'local', dest: folder, mode: 'max'}, from: {type: 'local', src: folder}} as const;
}

/** What a build with `order` leaves in a cache, for others to read. */
async function written(t: ExecutionContext, order: Order = {lines, files}) {
	const cache = await place(t);
	const shop = await workshop(t);
	const built = await shop.build({...order, cacheTo: [cache.to]});
	return {...cache, shop, built};
}

test('another store takes all steps from a cache, and makes the same image', async t => {
	const {from, built} = await written(t);
	const other = await workshop(t);

	const again = await other.build({lines, files, cacheFrom: [from]});

	t.deepEqual(again.rows.filter(isNotCached), []);
	t.is(again.result.digest, built.result.digest);
	t.deepEqual(warningsOf(again), []);
});

test('what was taken from a cache is in the store: without the cache all is CACHED too', async t => {
	const {folder, from} = await written(t);
	const other = await workshop(t);
	await other.build({lines, files, cacheFrom: [from]});
	rmSync(folder, {recursive: true});

	const again = await other.build({lines: lines.slice(3), contexts: {make: {files}}, files});
	const same = await other.build({lines, files});

	t.is(again.rows.length, 4);
	t.deepEqual(
		same.rows.filter(isNotCached),
		['COPY a.txt /: done', 'COPY b.txt /: done'],
		'layers that the image does not need were not fetched',
	);
});

test('only the layers that the image needs are fetched', async t => {
	const {from} = await written(t);
	const other = await workshop(t);

	const {manifest} = await other.build({lines, files, cacheFrom: [from]});

	const layers = manifest.layers.map(({digest}) => hexOf(digest));
	t.deepEqual(readdirSync(join(other.root, 'layers')).length, layers.length);
});

test('a step that is not in the cache is done on what is: the layers that it needs are fetched', async t => {
	const {from} = await written(t);
	const other = await workshop(t);
	const more = [...lines.slice(0, 3), 'COPY c.txt /', 'FROM scratch', 'COPY --from=make / /'];

	const {rows, trees} = await other.build({lines: more, files: {...files, 'c.txt': 'c'}, cacheFrom: [from]});

	t.deepEqual(rows.filter(isNotCached), ['COPY c.txt /: done', 'COPY --from=make / /: done']);
	t.deepEqual(Object.keys(trees[0] ?? {}), ['a.txt', 'b.txt', 'c.txt']);
});

runs('a RUN stands on layers of a cache', async t => {
	const order = onBusybox('RUN echo one > /one');
	const {from} = await written(t, order);
	const other = await workshop(t);
	const {lines: more, contexts = {}} = onBusybox('RUN echo one > /one', 'RUN cat /one');

	const {rows} = await other.build({...(more ? {lines: more} : {}), contexts, cacheFrom: [from]});

	t.deepEqual(rows.filter(isNotCached), ['RUN cat /one: done']);
});

test('mode=min has the layers of the image only: what else there was is known, and done again once something changes', async t => {
	const {folder, to, from} = await place(t);
	const shop = await workshop(t);
	const staged = ['FROM scratch AS base', 'COPY b.txt /', ...lines.slice(0, 2), 'FROM base', ...lines.slice(4)];

	await shop.build({lines: staged, files, cacheTo: [{...to, mode: 'min'}]});
	const same = await (await workshop(t)).build({lines: staged, files, cacheFrom: [from]});
	const changed = await (await workshop(t)).build({lines: [...staged, 'CMD ["/b"]'], files, cacheFrom: [from]});

	t.deepEqual(same.rows.filter(isNotCached), []);
	t.deepEqual(changed.rows.filter(isNotCached), ['COPY a.txt /: done', 'CMD ["/b"]: done']);
	const carried = readBlob<Manifest>(folder, indexOf(folder).manifests[0]).layers.filter(({mediaType}) =>
		isLayer(mediaType),
	);
	t.is(carried.length, 3);
	t.is(configOf(folder).layers.length, 4);
});

test('an unchanged build writes the same cache: nothing is put a second time', async t => {
	const {folder, to, shop} = await written(t);
	const before = readFileSync(join(folder, 'index.json'), 'utf8');

	const again = await shop.build({lines, files, cacheTo: [to]});

	t.is(readFileSync(join(folder, 'index.json'), 'utf8'), before);
	const [, done] = ofType(again.events, 'cache');
	t.like(done, {direction: 'to', ref: folder, state: 'done', entries: 5});
	t.is(done?.present, done?.blobs);
});

test('a cache is one manifest: an artifact whose config has the records and whose layers are all blobs that it needs', async t => {
	const {folder} = await written(t);

	const [entry] = indexOf(folder).manifests;
	const manifest = readBlob<Manifest>(folder, entry);
	const config = configOf(folder);

	t.like(entry, {artifactType: cacheType, annotations: {'org.opencontainers.image.ref.name': 'latest'}});
	t.like(manifest, {artifactType: cacheType, config: {mediaType: cacheType}});
	const named = [...config.layers, ...config.tocs].map(({descriptor}) => descriptor.digest);
	t.deepEqual(manifest.layers.map(({digest}) => digest).toSorted(), named.toSorted());
	t.deepEqual(
		blobsIn(folder),
		[...named, manifest.config.digest, entry?.digest ?? ''].map(digest => digest.slice(7)).toSorted(),
	);
});

test('a folder keeps no blob that its index does not lead to', async t => {
	const {folder, to, shop} = await written(t);

	await shop.build({lines: ['FROM scratch', 'COPY c.txt /'], files: {'c.txt': 'c'}, cacheTo: [to]});

	t.deepEqual(blobsIn(folder), reachable(folder));
	t.is(configOf(folder).layers.length, 1);
});

test('tags keep apart what is in one folder; each is read by its name, or by its digest', async t => {
	const {folder, to, from, shop} = await written(t);
	const small = {lines: ['FROM scratch', 'COPY c.txt /'], files: {'c.txt': 'c'}};
	await shop.build({...small, cacheTo: [{...to, tag: 'small'}]});
	const digest = indexOf(folder).manifests.find(
		entry => entry.annotations?.['org.opencontainers.image.ref.name'] === 'small',
	)?.digest;

	const all = await (await workshop(t)).build({lines, files, cacheFrom: [from]});
	const other = await (await workshop(t)).build({...small, cacheFrom: [from]});
	const tagged = await (await workshop(t)).build({...small, cacheFrom: [{...from, tag: 'small'}]});
	const exact = await (await workshop(t)).build({...small, cacheFrom: [{...from, ...(digest ? {digest} : {})}]});

	t.deepEqual(
		[all, other, tagged, exact].map(({rows}) => rows.filter(isNotCached)),
		[[], ['COPY c.txt /: done'], [], []],
	);
});

test('a layout with images in it keeps all its blobs', async t => {
	const {folder, to} = await place(t);
	const shop = await workshop(t);
	const order = {lines: ['FROM scratch', 'COPY a.txt /'], files};
	await shop.build({...order, outputs: [{type: 'oci', dest: folder}]});
	const before = blobsIn(folder);

	await shop.build({lines, files, cacheTo: [to]});
	await shop.build({...order, cacheTo: [to]});

	t.true(before.every(blob => blobsIn(folder).includes(blob)));
});

test('a cache read and written in one build stays whole, though what it has was not fetched', async t => {
	const {folder, from, to} = await written(t);
	const other = await workshop(t);

	await other.build({lines, files, cacheFrom: [from], cacheTo: [to]});
	const third = await (await workshop(t)).build({lines, files, cacheFrom: [from]});

	t.deepEqual(third.rows.filter(isNotCached), []);
	t.deepEqual(blobsIn(folder), reachable(folder));
	t.is(configOf(folder).layers.length, 4);
});

test('a cache is carried over to another place, whole', async t => {
	const {from, folder} = await written(t);
	const second = await place(t);

	await (await workshop(t)).build({lines, files, cacheFrom: [from], cacheTo: [second.to]});

	t.deepEqual(blobsIn(second.folder), blobsIn(folder));
});

test('what is nowhere yet is no warning, and the build goes on', async t => {
	const {from, folder} = await place(t);

	const built = await (await workshop(t)).build({lines, files, cacheFrom: [from]});

	t.deepEqual(warningsOf(built), []);
	t.like(ofType(built.events, 'cache').at(-1), {direction: 'from', ref: folder, state: 'absent'});
	t.false(existsSync(folder));
});

test('a place that cannot be written is a warning, or an error where that was asked for', async t => {
	const folder = await folderFor(t);
	writeFileSync(join(folder, 'mine'), 'mine');
	const to = {type: 'local', dest: folder} as const;
	const shop = await workshop(t);

	const built = await shop.build({lines, files, cacheTo: [to]});
	const {error} = await shop.tell({lines, files, cacheTo: [{...to, ignoreError: false}]});

	const reason = `${folder} is not empty, and not an OCI layout that a cache can be written to`;
	t.deepEqual(warningsOf(built), [`the cache ${folder} was not written: ${reason}`]);
	t.like(error, {code: 'CACHE_FOLDER', message: reason});
	t.deepEqual(readdirSync(folder), ['mine']);
});

test('a store is no place for a cache', async t => {
	const shop = await workshop(t);

	const built = await shop.build({lines, files, cacheTo: [{type: 'local', dest: shop.root}]});

	t.is(warningsOf(built).length, 1);
});

test('noCache takes no step from a cache, and writes what it did', async t => {
	const {from, to} = await written(t);

	const {rows} = await (await workshop(t)).build({lines, files, noCache: true, cacheFrom: [from], cacheTo: [to]});

	t.is(rows.filter(isNotCached).length, 5);
});

test('a TOC of a base goes along, so that COPY --from needs no layer to know that it is CACHED', async t => {
	const base = {base: busyboxFolder()};
	const order = {lines: ['FROM base AS one', 'FROM scratch', 'COPY --from=one /bin/sh /sh'], contexts: base};
	const {from} = await written(t, order);
	const other = await workshop(t);

	const {rows} = await other.build({...order, cacheFrom: [from]});

	t.deepEqual(rows.filter(isNotCached), []);
	t.is(readdirSync(join(other.root, 'layers')).length, 1);
});

test('a damaged cache is a warning, and the build is done without it', async t => {
	const damages: Readonly<Record<string, (folder: string) => void>> = {
		'an index that is none': folder => writeFileSync(join(folder, 'index.json'), '{}'),
		'a manifest that is gone': folder => rmSync(blobPath(folder, indexOf(folder).manifests[0])),
		'a config of another digest': folder =>
			writeOver(folder, configBlob(folder), text => text.replace('"version":1', '"version":2')),
		'a config that is cut short': folder => writeOver(folder, configBlob(folder), text => text.slice(1)),
	};
	for (const [name, damage] of Object.entries(damages)) {
		const {folder, from} = await written(t);
		damage(folder);

		const built = await (await workshop(t)).build({lines, files, cacheFrom: [from]});

		t.is(built.rows.filter(isNotCached).length, 5, name);
		t.is(warningsOf(built).length, 1, name);
	}
});

test('a layer that is gone or cut short makes its step run', async t => {
	for (const damage of [(path: string) => rmSync(path), (path: string) => rewrite(path, bytes => bytes.subarray(1))]) {
		const {folder, from} = await written(t);
		const {layers, steps} = configOf(folder);
		const copy = Object.values(steps).find(({slot}) => slot.text.startsWith('COPY --from'))?.layer?.diffID;
		damage(blobPath(folder, layers.find(({diffID}) => diffID === copy)?.descriptor));

		const built = await (await workshop(t)).build({lines, files, cacheFrom: [from]});

		t.deepEqual(built.rows.filter(isNotCached), ['COPY --from=make /a.txt /x/: done']);
	}
});

test('a layer that is not what its digest says is a warning: its step is done after all', async t => {
	const {folder, from} = await written(t);
	for (const {descriptor} of configOf(folder).layers) rewrite(blobPath(folder, descriptor), bytes => bytes.fill(0));
	const other = await workshop(t);

	const built = await other.build({lines, files, cacheFrom: [from]});
	const again = await other.build({lines, files});

	t.deepEqual(warningsOf(built).length, 1);
	t.regex(warningsOf(built)[0] ?? '', /^a layer cannot be had from the cache .*: blob .* is not what its digest says$/);
	t.is(ofType(built.events, 'layer').length, 4);
	t.deepEqual(again.rows.filter(isNotCached), []);
	t.is(again.result.digest, built.result.digest);
});

test('a record that is not of the step that it lies under is not taken', async t => {
	const {folder, from} = await written(t);
	changeConfig(folder, ({steps, ...config}) => {
		const keys = Object.keys(steps);
		const records = Object.values(steps);
		return {...config, steps: Object.fromEntries(records.map((record, at) => [keys[(at + 1) % keys.length], record]))};
	});

	const built = await (await workshop(t)).build({lines, files, cacheFrom: [from]});

	t.is(built.rows.filter(isNotCached).length, 5);
	t.deepEqual(warningsOf(built), []);
});

test('a TOC that is none is a warning; the layer itself is read', async t => {
	const {folder, from} = await written(t);
	for (const {descriptor} of configOf(folder).tocs) rewrite(blobPath(folder, descriptor), bytes => bytes.fill(0));

	const built = await (await workshop(t)).build({lines, files, cacheFrom: [from]});

	t.deepEqual(built.rows.filter(isNotCached), []);
	t.true(warningsOf(built).length > 0);
});

test('eight processes write to one folder at once: each tag has a whole cache, and nothing else lies there', async t => {
	const {folder} = await place(t);
	const script = (at: number) => `await build({
		root, context: {files: {a: 'same', b: '${at}'}}, dockerfile: {text: 'FROM scratch\\nCOPY a /\\nCOPY b /\\n'},
		cacheTo: [{type: 'local', dest: ${JSON.stringify(folder)}, tag: 'tag${at % 3}', ignoreError: false}],
	});`;

	const ends = await Promise.all(Array.from({length: 8}, (_, at) => endOfScript(t, script(at))));

	t.deepEqual(
		ends.map(({status, stderr}) => [status, stderr]),
		ends.map(() => [0, '']),
	);
	t.is(indexOf(folder).manifests.length, 3);
	t.deepEqual(blobsIn(folder), reachable(folder));
	for (const blob of blobsIn(folder)) t.is(hexOf(digestOf(readFileSync(join(folder, 'blobs/sha256', blob)))), blob);
	t.deepEqual(readdirSync(folder).toSorted(), ['blobs', 'index.json', 'oci-layout']);
});

test('a build that asks for no cache loads nothing of caches', t => {
	const loaded = new Set<string>();
	const load = (url: URL) => {
		if (loaded.has(url.href)) return;
		loaded.add(url.href);
		for (const [, name = ''] of readFileSync(url, 'utf8').matchAll(/^(?:import|export) .*?'(\.[^']+)'/gm))
			load(new URL(name, url));
	};

	load(new URL('../../lib/index.js', import.meta.url));

	t.true([...loaded].some(url => url.endsWith('/build/travelling-caches.js')));
	t.deepEqual(
		[...loaded].filter(url => /\/lib\/cache\/|\/build\/cache-(imports|exports|places)\.js$/.test(url)),
		[],
	);
});

function isNotCached(row: string): boolean {
	return !row.endsWith(': cached');
}

function warningsOf({events}: Built): readonly string[] {
	return ofType(events, 'warning').map(({message}) => message);
}

/** Writes a cache whose config says something else, digests and all. */
function changeConfig(folder: string, change: (config: CacheConfig) => CacheConfig): void {
	const {descriptor: config, bytes} = cacheConfig(change(configOf(folder)));
	const [entry] = indexOf(folder).manifests;
	const manifest = cacheManifest(config, readBlob<Manifest>(folder, entry).layers);
	for (const blob of [{descriptor: config, bytes}, manifest])
		writeFileSync(blobPath(folder, blob.descriptor), blob.bytes);
	writeFileSync(
		join(folder, 'index.json'),
		JSON.stringify({...indexOf(folder), manifests: [{...entry, ...manifest.descriptor}]}),
	);
}

function indexOf(folder: string): Index {
	return JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as Index;
}

function configOf(folder: string): CacheConfig {
	return readBlob<CacheConfig>(folder, configBlob(folder));
}

function configBlob(folder: string): Descriptor {
	return readBlob<Manifest>(folder, indexOf(folder).manifests.at(-1)).config;
}

function readBlob<T>(folder: string, descriptor: Descriptor | undefined): T {
	return JSON.parse(readFileSync(blobPath(folder, descriptor), 'utf8')) as T;
}

function blobPath(folder: string, descriptor: Descriptor | undefined): string {
	return join(folder, 'blobs/sha256', descriptor ? hexOf(descriptor.digest) : '');
}

function blobsIn(folder: string): readonly string[] {
	return readdirSync(join(folder, 'blobs/sha256')).toSorted();
}

/** All that the index leads to. */
function reachable(folder: string): readonly string[] {
	const blobs = indexOf(folder).manifests.flatMap(entry => {
		const {config, layers} = readBlob<Manifest>(folder, entry);
		return [entry, config, ...layers].map(({digest}) => hexOf(digest));
	});
	return [...new Set(blobs)].toSorted();
}

function writeOver(folder: string, descriptor: Descriptor, change: (text: string) => string): void {
	rewrite(blobPath(folder, descriptor), bytes => Buffer.from(change(bytes.toString())));
}

/** The file may be one of a store too: it is replaced. */
function rewrite(path: string, change: (bytes: Buffer) => Uint8Array): void {
	const bytes = change(readFileSync(path));
	rmSync(path);
	writeFileSync(path, bytes);
}
