import {mkdirSync, readFileSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {UsageError} from '../../lib/errors.ts';
import type {Index} from '../../lib/oci/image.ts';
import {onBusybox, tocsOf, type Workshop, withoutRun, workshop} from '../helpers/build.ts';
import {folderFor} from '../helpers/folder.ts';
import {unless} from '../helpers/skip.ts';

const runs = unless(withoutRun);
const epoch = 1_600_000_000;
const date = '2020-09-13T12:26:40.000Z';

/** A context with a file that is older than the epoch, and one that is newer. */
async function context(t: ExecutionContext): Promise<string> {
	const folder = join(await folderFor(t), 'context');
	mkdirSync(folder);
	for (const [name, mtime] of [
		['new', epoch + 1000],
		['old', 1000],
	] as const) {
		writeFileSync(join(folder, name), name);
		utimesSync(join(folder, name), mtime, mtime);
	}
	return folder;
}

async function timesOf(shop: Workshop, order: Parameters<Workshop['build']>[0]) {
	const {result, config} = await shop.build({lines: ['FROM scratch', 'COPY . /'], ...order});
	const [toc = []] = tocsOf(shop.root, result.layers);
	return {created: config.created, files: Object.fromEntries(toc.map(({path, mtime}) => [path, mtime]))};
}

test('CLI-21: none later than the epoch, all of them the epoch, or as they are: each under a key of its own', async t => {
	const shop = await workshop(t);
	const order = {context: await context(t), sourceDateEpoch: epoch};

	t.deepEqual(await timesOf(shop, order), {created: date, files: {new: epoch, old: 1000}});
	t.deepEqual(await timesOf(shop, {...order, fileTimes: 'set'}), {created: date, files: {new: epoch, old: epoch}});
	t.deepEqual(await timesOf(shop, {...order, fileTimes: 'keep'}), {
		created: date,
		files: {new: epoch + 1000, old: 1000},
	});
	t.deepEqual(await timesOf(shop, {...order, fileTimes: 'clamp'}), {created: date, files: {new: epoch, old: 1000}});
});

runs('what a RUN writes has the same choice', async t => {
	const shop = await workshop(t);
	const order = onBusybox('RUN touch -d @1000 /old && touch /new');
	const files = async (fileTimes: 'set' | 'clamp') => {
		const {result} = await shop.build({...order, sourceDateEpoch: epoch, fileTimes});
		return tocsOf(shop.root, result.layers)[1]?.map(({path, mtime}) => [path, mtime]);
	};

	t.deepEqual(await files('clamp'), [
		['new', epoch],
		['old', 1000],
	]);
	t.deepEqual(await files('set'), [
		['new', epoch],
		['old', epoch],
	]);
});

test('without an epoch there is nothing that times could be set to', async t => {
	const shop = await workshop(t);

	const {files} = await timesOf(shop, {context: await context(t), fileTimes: 'set'});

	t.deepEqual(files, {new: epoch + 1000, old: 1000});
});

test('layers of a base stay as they are (REP-2)', async t => {
	const shop = await workshop(t);
	const base = await shop.build({lines: ['FROM scratch', 'COPY . /'], context: await context(t), tags: ['base']});

	const {manifest} = await shop.build({
		lines: ['FROM base', 'COPY a /'],
		files: {a: 'a'},
		sourceDateEpoch: 1,
		fileTimes: 'set',
	});

	t.deepEqual(manifest.layers.slice(0, 1), base.manifest.layers);
});

test('the option goes before the build arg, and programs are told it', async t => {
	const shop = await workshop(t);

	const {config} = await shop.build({
		lines: ['FROM scratch', 'ARG SOURCE_DATE_EPOCH', 'LABEL time=$SOURCE_DATE_EPOCH'],
		sourceDateEpoch: 7,
		buildArgs: {SOURCE_DATE_EPOCH: '8'},
	});

	t.deepEqual(config.config?.Labels, {time: '7'});
});

test('an output says when the image was made, unless it is annotated with a time (REP-1)', async t => {
	const shop = await workshop(t);
	const [one, two, three] = ['one', 'two', 'three'].map(name => join(shop.root, '..', name)) as [
		string,
		string,
		string,
	];
	const key = 'org.opencontainers.image.created';
	const order = {lines: ['FROM scratch', 'COPY a /'], files: {a: 'a'}};
	const annotations = [{key, on: 'manifest-descriptor', value: 'then'}] as const;

	await shop.build({
		...order,
		sourceDateEpoch: epoch,
		outputs: [
			{type: 'oci', dest: one},
			{type: 'oci', dest: two, annotations},
		],
	});
	await shop.build({...order, outputs: [{type: 'oci', dest: three}]});

	t.deepEqual(
		[one, two, three].map(folder => {
			const index = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as Index;
			return index.manifests[0]?.annotations?.[key];
		}),
		[date, 'then', undefined],
	);
});

test('outputs may say it too, if they agree', async t => {
	const shop = await workshop(t);
	const dest = join(shop.root, '../out');
	const order = {context: await context(t), sourceDateEpoch: epoch};

	const {files} = await timesOf(shop, {...order, outputs: [{type: 'oci', dest, rewriteTimestamp: false}]});
	const {error} = await shop.tell({
		...order,
		fileTimes: 'set',
		outputs: [{type: 'oci', dest, rewriteTimestamp: true}],
	});

	t.deepEqual(files, {new: epoch + 1000, old: 1000});
	t.true(error instanceof UsageError);
	t.is(error?.message, 'the times of files cannot be both set and clamp: all outputs have the same layers');
});

test('the same input has the same manifest whenever and wherever it is built; another epoch has another (REP-1)', async t => {
	const folder = await context(t);
	const digestAt = async (sourceDateEpoch: number) => {
		const {result} = await (await workshop(t)).build({
			lines: ['FROM scratch', 'COPY . /', 'WORKDIR /w'],
			context: folder,
			sourceDateEpoch,
		});
		return result.digest;
	};

	const digests = [await digestAt(epoch), await digestAt(epoch), await digestAt(epoch + 1)];

	t.is(digests[0], digests[1]);
	t.not(digests[0], digests[2]);
});
