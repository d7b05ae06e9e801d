import {randomBytes} from 'node:crypto';
import {chmodSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout} from 'node:timers/promises';
import test from 'ava';
import {ofType, tocsOf, workshop} from '../helpers/build.ts';
import {folderFor} from '../helpers/folder.ts';

const lines = ['FROM scratch', 'COPY a.txt /', 'WORKDIR /w', 'COPY b.txt ./', 'LABEL x=1', 'CMD ["/a"]'];

async function contextFolder(t: Parameters<typeof folderFor>[0], files: Readonly<Record<string, string>>) {
	const folder = await folderFor(t);
	for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
	return folder;
}

test('an unchanged build is CACHED in every step, packs nothing and ends in the same digest', async t => {
	const shop = await workshop(t);
	const context = await contextFolder(t, {'a.txt': 'a', 'b.txt': 'b'});
	const first = await shop.build({lines, context});
	const blobs = readdirSync(join(shop.root, 'blobs/sha256'));

	const second = await shop.build({lines, context});

	t.deepEqual(first.rows, [
		'FROM scratch: cached',
		'COPY a.txt /: done',
		'WORKDIR /w: done',
		'COPY b.txt ./: done',
		'LABEL x=1: done',
		'CMD ["/a"]: done',
	]);
	t.true(
		second.rows.every(row => row.endsWith(': cached')),
		second.rows.join('\n'),
	);
	t.is(second.result.digest, first.result.digest);
	t.deepEqual(ofType(second.events, 'layer'), []);
	t.deepEqual(readdirSync(join(shop.root, 'blobs/sha256')), blobs);
	t.like(second.events.at(-1), {type: 'build.finished', result: 'done', cached: 6, steps: 6});
});

test('a changed file runs its COPY and what stands on it', async t => {
	const shop = await workshop(t);
	await shop.build({lines, files: {'a.txt': 'a', 'b.txt': 'b'}});

	const last = await shop.build({lines, files: {'a.txt': 'a', 'b.txt': 'B'}});
	const first = await shop.build({lines, files: {'a.txt': 'A', 'b.txt': 'b'}});

	t.deepEqual(last.rows, [
		'FROM scratch: cached',
		'COPY a.txt /: cached',
		'WORKDIR /w: cached',
		'COPY b.txt ./: done',
		'LABEL x=1: done',
		'CMD ["/a"]: done',
	]);
	t.deepEqual(
		first.rows.map(row => row.replace(/.*: /, '')),
		['cached', 'done', 'done', 'done', 'done', 'done'],
	);
});

test('a step that ran again to the same end leaves what follows cached, and its old layer in the image (KEY-4)', async t => {
	const shop = await workshop(t);
	const files = {'a.txt': 'a', 'b.txt': 'b'};
	const made = (copy: string) => [
		'FROM scratch AS make',
		copy,
		'FROM scratch',
		'COPY --from=make /a.txt /',
		'CMD ["/a"]',
	];
	const first = await shop.build({lines: made('COPY a.txt /'), files});

	const second = await shop.build({lines: made('COPY a.txt b.txt /'), files});
	const third = await shop.build({lines: made('COPY --chmod=644 a.txt /'), files});

	t.deepEqual(second.rows.slice(1), [
		'COPY a.txt b.txt /: done',
		'FROM scratch: cached',
		'COPY --from=make /a.txt /: cached',
		'CMD ["/a"]: cached',
	]);
	t.is(second.result.digest, first.result.digest);
	t.is(third.rows[1], 'COPY --chmod=644 a.txt /: done');
	t.is(third.result.digest, first.result.digest);
	const [before] = ofType(first.events, 'layer');
	t.like(ofType(third.events, 'layer')[0], {diffID: before?.diffID, digest: before?.digest});
});

test('noCache runs every step, and its results are found by the next build', async t => {
	const shop = await workshop(t);
	const files = {'a.txt': 'a', 'b.txt': 'b'};
	const first = await shop.build({lines, files});

	const again = await shop.build({lines, files, noCache: true});
	const after = await shop.build({lines, files});

	t.deepEqual(
		again.rows.slice(1).filter(row => !row.endsWith(': done')),
		[],
	);
	t.deepEqual(again.manifest.layers, first.manifest.layers, 'the same content keeps its layer');
	t.deepEqual(
		after.rows.filter(row => !row.endsWith(': cached')),
		[],
	);
	t.is(after.result.digest, again.result.digest);
});

test('noCache of stages runs the steps of these, whatever the case of their names (KEY-5)', async t => {
	const shop = await workshop(t);
	const files = {'a.txt': 'a', 'b.txt': 'b'};
	const stages = ['FROM scratch AS One', 'COPY a.txt /', 'FROM scratch', 'COPY b.txt /', 'COPY --from=one / /one/'];
	const first = await shop.build({lines: stages, files});

	const byName = await shop.build({lines: stages, files, noCache: ['ONE', 'two']});
	const byIndex = await shop.build({lines: stages, files, noCache: ['1']});

	t.deepEqual(byName.rows, [
		'FROM scratch AS One: cached',
		'COPY a.txt /: done',
		'FROM scratch: cached',
		'COPY b.txt /: cached',
		'COPY --from=one / /one/: cached',
	]);
	t.is(byName.result.digest, first.result.digest);
	t.deepEqual(
		byIndex.rows.filter(row => row.endsWith(': done')),
		['COPY b.txt /: done', 'COPY --from=one / /one/: done'],
	);
	t.like(ofType(byName.events, 'warning')[0], {
		message: '--no-cache-filter two names no stage that is built',
		help: ['they are one, stage1'],
	});
});

test('what was pruned from below a record is made again', async t => {
	const shop = await workshop(t);
	const files = {'a.txt': 'a', 'b.txt': 'b'};
	const {manifest} = await shop.build({lines, files});
	const {rmSync} = await import('node:fs');
	rmSync(join(shop.root, 'blobs', manifest.layers[0]?.digest.replace(':', '/') ?? ''));

	const again = await shop.build({lines, files});

	t.is(again.rows[1], 'COPY a.txt /: done');
	t.true(again.rows[2]?.endsWith(': cached'));
	t.true(statSync(join(shop.root, 'blobs', again.manifest.layers[0]?.digest.replace(':', '/') ?? '')).isFile());
});

test('SOURCE_DATE_EPOCH: two stores, two times, one digest; every time of ours is clamped (HIS-4, REP-1, REP-2)', async t => {
	const context = await contextFolder(t, {'a.txt': 'a', 'b.txt': 'b'});
	utimesSync(join(context, 'a.txt'), 1_000, 1_000);
	const epoch = {buildArgs: {SOURCE_DATE_EPOCH: '1600000000'}};
	const one = await (await workshop(t)).build({lines, context, ...epoch});
	chmodSync(context, 0o700);
	utimesSync(join(context, 'b.txt'), new Date(), new Date());
	const shop = await workshop(t);

	const other = await shop.build({lines, context, ...epoch, noCache: true, jobs: 1});

	t.is(other.result.digest, one.result.digest);
	t.is(other.config.created, '2020-09-13T12:26:40.000Z');
	t.true(other.config.history?.every(({created}) => created === '2020-09-13T12:26:40.000Z'));
	t.deepEqual(
		tocsOf(shop.root, other.result.layers).map(toc => toc.map(({path, mtime}) => [path, mtime])),
		[
			[['a.txt', 1_000]],
			[['w', 1_600_000_000]],
			[
				['w', 1_600_000_000],
				['w/b.txt', 1_600_000_000],
			],
		],
	);
});

test('a layer made without an epoch is no answer for one with it', async t => {
	const shop = await workshop(t);
	const files = {'a.txt': 'a', 'b.txt': 'b'};
	await shop.build({lines, files});

	const {rows, result} = await shop.build({lines, files, buildArgs: {SOURCE_DATE_EPOCH: '1'}});

	t.is(rows[1], 'COPY a.txt /: done');
	t.true(
		tocsOf(shop.root, result.layers)
			.flat()
			.every(({mtime}) => mtime <= 1),
	);
});

test('a store that was built in before without an epoch, or with another, has no say in the times of a build', async t => {
	const [shop, other] = await Promise.all([workshop(t), workshop(t)]);
	const order = {lines: ['FROM scratch', 'COPY a.txt /', 'ENV A=1', 'CMD ["/a"]'], files: {'a.txt': 'a'}};
	const epoch = (seconds: string) => ({...order, buildArgs: {SOURCE_DATE_EPOCH: seconds}});
	await shop.build(order);
	await shop.build(epoch('1500000000'));

	const warm = await shop.build(epoch('1600000000'));

	t.true(warm.config.history?.every(({created}) => created === '2020-09-13T12:26:40.000Z'));
	t.is(warm.result.digest, (await other.build(epoch('1600000000'))).result.digest);
});

test('a COPY whose files changed a little has the layer that it would have without the one before', async t => {
	const [shop, other] = await Promise.all([workshop(t), workshop(t)]);
	const large = {'src/a': randomBytes(2_000_000), 'src/b': 'one '.repeat(300_000), 'src/c': 'before'};
	const order = {lines: ['FROM scratch', 'COPY src /'], buildArgs: {SOURCE_DATE_EPOCH: '0'}};

	await shop.build({...order, files: large});
	const after = await shop.build({...order, files: {...large, 'src/c': 'after'}});
	const fresh = await other.build({...order, files: {...large, 'src/c': 'after'}});

	t.deepEqual(after.manifest.layers, fresh.manifest.layers);
	t.is(readdirSync(join(shop.root, 'blocks')).length, 1);
});

test('directories that a COPY makes keep their time when its files change; not without the cache, nor with an epoch (CPY-18)', async t => {
	const shop = await workshop(t);
	let changes = 0;
	const context = await contextFolder(t, {});
	mkdirSync(join(context, 'src'));
	writeFileSync(join(context, 'src/large'), randomBytes(1_500_000));
	const timeOf = async (more: Parameters<typeof shop.build>[0] = {}) => {
		writeFileSync(join(context, 'src/small'), `${changes++}`);
		const {result} = await shop.build({lines: ['FROM scratch', 'COPY src /made/'], context, ...more});
		const [made] = tocsOf(shop.root, result.layers).flat();
		t.is(made?.path, 'made');
		return made?.mtime ?? 0;
	};
	const began = Math.floor(Date.now() / 1000);

	const first = await timeOf();
	await setTimeout(1100);

	t.true(first >= began);
	t.is(await timeOf(), first);
	t.is(await timeOf({buildArgs: {SOURCE_DATE_EPOCH: '1000'}}), 1000);
	const anew = await timeOf({noCache: true});
	t.true(anew > first);
	t.is(await timeOf(), anew);
});
