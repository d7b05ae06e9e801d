import {chmodSync, linkSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import anyTest, {type TestFn} from 'ava';
import {fingerprint} from '../../lib/context/fingerprint.ts';
import {parseIgnoreFile} from '../../lib/context/ignore-file.ts';
import {type ContextMode, openContext} from '../../lib/context/open.ts';

const test = anyTest as TestFn<{folder: string}>;

test.beforeEach(async t => {
	const folder = await mkdtemp(join(tmpdir(), 'strata-fingerprint-'));
	t.context = {folder};
	mkdirSync(join(folder, 'a/deep'), {recursive: true});
	for (const name of ['a/one', 'a/deep/two', 'b']) writeFileSync(join(folder, name), name);
	symlinkSync('one', join(folder, 'a/link'));
});

test.afterEach.always(t => rm(t.context.folder, {recursive: true}));

/** As it would be told in a century, when all of it is old. */
function told(folder: string, {paths = ['a'], ignore = '', modes = 'disk' as ContextMode} = {}) {
	const context = openContext(folder, {name: '.dockerignore', patterns: parseIgnoreFile(ignore)}, {modes});
	return fingerprint(context, paths, {now: BigInt(Date.now() + 3e12) * 1_000_000n});
}

/** Each changes something below `a`. */
const changes: Record<string, (folder: string) => void> = {
	'a content of the same size and time': folder => {
		writeFileSync(join(folder, 'a/one'), 'A/ONE');
		utimesSync(join(folder, 'a/one'), 1, 1);
	},
	'a mode': folder => chmodSync(join(folder, 'a/deep/two'), 0o600),
	'the mode of a directory': folder => chmodSync(join(folder, 'a/deep'), 0o700),
	'a new file': folder => writeFileSync(join(folder, 'a/deep/new'), ''),
	'a file less': folder => rmSync(join(folder, 'a/deep/two')),
	'another name': folder => renameSync(join(folder, 'a/one'), join(folder, 'a/eno')),
	'another target of a link': folder => {
		rmSync(join(folder, 'a/link'));
		symlinkSync('two', join(folder, 'a/link'));
	},
	'a further name of a file': folder => linkSync(join(folder, 'b'), join(folder, 'a/b')),
};

for (const [title, change] of Object.entries(changes)) {
	test(`${title} shows`, async t => {
		const {folder} = t.context;
		utimesSync(join(folder, 'a/one'), 1, 1);
		const before = await told(folder);

		change(folder);

		t.truthy(before);
		t.not(await told(folder), before);
	});
}

test('what lies elsewhere, or is ignored, does not show', async t => {
	const {folder} = t.context;
	const before = await told(folder, {ignore: 'a/deep'});

	writeFileSync(join(folder, 'b'), 'other');
	writeFileSync(join(folder, 'a/deep/two'), 'other');

	t.truthy(before);
	t.is(await told(folder, {ignore: 'a/deep'}), before);
	t.not(await told(folder), before, 'what the ignore file lets see does');
});

test('modes that are not taken from the disk show', async t => {
	const {folder} = t.context;
	chmodSync(join(folder, 'a/one'), 0o640);

	t.not(await told(folder, {modes: 'git'}), await told(folder));
});

test('several paths count in their order', async t => {
	const {folder} = t.context;

	t.not(await told(folder, {paths: ['a', 'b']}), await told(folder, {paths: ['b', 'a']}));
});

test('nothing is said of what has just changed, is not there, or is reached through a link (W-33)', async t => {
	const {folder} = t.context;
	symlinkSync('a', join(folder, 'c'));

	t.is(await fingerprint(openContext(folder), ['a']), undefined);
	t.is(await told(folder, {paths: ['nowhere']}), undefined);
	t.is(await told(folder, {paths: ['c/one']}), undefined);
	t.is(await told(folder, {paths: ['c']}), undefined);
});

test('others get their turn, and may stop it', async t => {
	const {folder} = t.context;
	for (let index = 0; index < 20_000; index++) writeFileSync(join(folder, `a/deep/${index}`), '');
	const controller = new AbortController();
	const reason = new Error('enough');
	setImmediate(() => controller.abort(reason));

	const telling = fingerprint(openContext(folder), ['.'], {
		now: BigInt(Date.now() + 3e12) * 1_000_000n,
		signal: controller.signal,
	});

	t.is(await t.throwsAsync(telling), reason);
});
