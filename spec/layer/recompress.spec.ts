import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import * as zlib from 'node:zlib';
import test, {type ExecutionContext} from 'ava';
import {MachineError, RegistryError} from '../../lib/errors.ts';
import {encoder} from '../../lib/layer/encoder.ts';
import type {LayerEncoding} from '../../lib/layer/encoding.ts';
import {tocOf} from '../../lib/layer/layer-toc.ts';
import {encodingName, recompress} from '../../lib/layer/recompress.ts';
import {digestOf} from '../../lib/oci/digest.ts';
import {folderFor} from '../helpers/folder.ts';
import {directory, file, packInto, special} from '../helpers/layer.ts';
import {output, without} from '../helpers/programs.ts';
import {unless} from '../helpers/skip.ts';
import {readStargz} from '../helpers/stargz.ts';
import {treeOfToc} from '../helpers/tree-value.ts';

const large = Buffer.alloc(9 * 1024 * 1024, 'a large file, cut in three ').toString();
const entries = [
	directory('bin', {mode: 0o1777}),
	file('bin/sh', 'shell', {mode: 0o755, uid: 7, gid: 8, mtime: 1_000_000_000, xattrs: {'user.a': 'AQI='}}),
	file('bin/empty'),
	file('large', large),
	file('small', 'small'),
	special('link', 'symlink', {linkname: 'bin/sh'}),
	special('hard', 'hardlink', {linkname: 'bin/sh'}),
	special('null', 'char', {major: 1, minor: 3}),
	special('gone', 'whiteout'),
];

/** Packs the entries and recompresses them. */
async function recompressed(t: ExecutionContext, encoding: LayerEncoding) {
	const folder = await folderFor(t);
	const {blob, layer, toc} = await packInto(folder, {entries});
	const target = join(folder, 'target');
	const made = await recompress({blob, diffID: layer.diffID}, encoding, target);
	return {before: {blob, layer, toc}, made, target, bytes: readFileSync(target)};
}

const withoutZstd = 'createZstdCompress' in zlib ? undefined : 'this Node has no zstd';

for (const encoding of [
	{compression: 'uncompressed'},
	{compression: 'gzip', level: 1},
	{compression: 'gzip', level: 9},
	{compression: 'zstd'},
	{compression: 'zstd', level: 19},
] as const) {
	const {compression, level = ''} = encoding;
	unless(compression === 'zstd' ? withoutZstd : undefined)(
		`${compression} ${level}: the tar and its diffID stay`,
		async t => {
			const {before, made, bytes, target} = await recompressed(t, encoding);

			t.is(made.diffID, before.layer.diffID);
			t.is(made.descriptor.digest, digestOf(bytes));
			t.is(made.descriptor.size, bytes.length);
			t.deepEqual(await tocOf(target, before.layer.diffID), {toc: before.toc, diffID: before.layer.diffID});
		},
	);
}

test('uncompressed, the digest is the diffID; a higher level is smaller', async t => {
	const [plain, fast, small] = await Promise.all(
		([{compression: 'uncompressed'}, {compression: 'gzip', level: 1}, {compression: 'gzip', level: 9}] as const).map(
			encoding => recompressed(t, encoding),
		),
	);

	t.is<string | undefined, string | undefined>(plain?.made.descriptor.digest, plain?.made.diffID);
	t.true((small?.bytes.length ?? 0) < (fast?.bytes.length ?? 0));
});

unless(withoutZstd ?? without('zstd'))('what is made with zstd, zstd reads', async t => {
	const {before, target} = await recompressed(t, {compression: 'zstd'});

	output('zstd', '-q', '-d', target, '-o', `${target}.tar`);

	t.is<string, string>(digestOf(readFileSync(`${target}.tar`)), before.layer.diffID);
});

unless(withoutZstd ? undefined : 'this Node has zstd')(
	'a Node without zstd says so, and which Node has it',
	async t => {
		const error = await t.throwsAsync(recompressed(t, {compression: 'zstd'}), {
			instanceOf: MachineError,
			code: 'NO_ZSTD',
		});

		t.regex(error?.notes[0] ?? '', /^it is Node \d+\.\d+\.\d+; Node can from 22\.15 and 23\.8 on$/);
	},
);

test('eStargz: each file is read by itself, as the document says, and is what it was', async t => {
	const {made, bytes} = await recompressed(t, {compression: 'estargz'});

	const files = readStargz(bytes, made.descriptor.annotations?.['containerd.io/snapshot/stargz/toc.digest']);

	t.deepEqual(
		files.map(({name, type, mode, linkName = ''}) => `${name} ${type} ${mode.toString(8)} ${linkName}`.trimEnd()),
		[
			'.no.prefetch.landmark reg 644',
			'.wh.gone reg 0',
			'bin/ dir 1777',
			'bin/empty reg 644',
			'bin/sh reg 755',
			'hard hardlink 777 bin/sh',
			'large reg 644',
			'link symlink 777 bin/sh',
			'null char 777',
			'small reg 644',
		],
	);
	const contentOf = (name: string) => files.find(entry => entry.name === name)?.read();
	t.deepEqual(['bin/sh', 'bin/empty', 'small'].map(contentOf), ['shell', '', 'small']);
	t.true(contentOf('large') === large);
});

test('eStargz is a gzip whose tar has the diffID that is said, with the table and the landmark beside the files', async t => {
	const {before, made, bytes, target} = await recompressed(t, {compression: 'estargz', level: 9});

	const tar = zlib.gunzipSync(bytes);
	t.is<string, string>(digestOf(tar), made.diffID);
	t.is(made.descriptor.annotations?.['io.containers.estargz.uncompressed-size'], `${tar.length}`);
	const {toc} = await tocOf(target, made.diffID);
	const {'stargz.index.json': table, '.no.prefetch.landmark': landmark, ...files} = treeOfToc(toc);
	t.true(table !== undefined && landmark !== undefined);
	t.deepEqual(files, treeOfToc(before.toc));
});

test('what is eStargz already gets no second table', async t => {
	const {made, target} = await recompressed(t, {compression: 'estargz'});

	const again = await recompress({blob: target, diffID: made.diffID}, {compression: 'estargz'}, `${target}2`);

	t.deepEqual(again, made);
});

test('the same layer and encoding make the same bytes, whatever the number of threads', async t => {
	for (const compression of ['gzip', 'estargz'] as const) {
		const [one, other] = await Promise.all([
			recompressed(t, {compression, level: 6}),
			recompressed(t, {compression, level: 6}),
		]);

		t.deepEqual(one.made, other.made);
	}
});

test('a layer that is not what its diffID says is refused', async t => {
	const folder = await folderFor(t);
	const {blob} = await packInto(folder, {entries});
	const {layer} = await packInto(folder, {entries: [file('other')]});

	for (const compression of ['gzip', 'estargz', 'uncompressed'] as const) {
		const work = recompress({blob, diffID: layer.diffID}, {compression}, join(folder, compression));
		await t.throwsAsync(work, {instanceOf: RegistryError, code: 'DIFF_ID_MISMATCH'});
	}
});

test('half a layer is refused', async t => {
	const folder = await folderFor(t);
	const {blob, layer} = await packInto(folder, {entries});
	const half = join(folder, 'half');
	writeFileSync(half, readFileSync(blob).subarray(0, 4000));

	for (const compression of ['gzip', 'estargz', 'uncompressed'] as const) {
		const work = recompress({blob: half, diffID: layer.diffID}, {compression}, join(folder, compression));
		await t.throwsAsync(work, {code: 'MALFORMED'}, compression);
	}
});

test('an encoding is named for what it makes: its level and the version of our encoder', t => {
	t.is(encodingName({compression: 'gzip'}), encoder);
	t.not(encodingName({compression: 'gzip', level: 4}), encoder);
	const named = (['gzip', 'estargz', 'zstd', 'uncompressed'] as const).map(compression =>
		encodingName({compression, level: 7}),
	);
	t.is(new Set(named).size, 4);
});
