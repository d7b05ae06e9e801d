import {execFile} from 'node:child_process';
import {lstatSync, mkdirSync, symlinkSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import test from 'ava';
import {digestFiles} from '../../lib/context/digest-files.ts';
import {statCache} from '../../lib/context/stat-cache.ts';
import {fileState} from '../../lib/linux/file-state.ts';
import {digestOf} from '../../lib/oci/digest.ts';
import {folderFor} from '../helpers/folder.ts';

test('each file has the digest of its bytes, whichever thread read it', async t => {
	const folder = await folderFor(t);
	const paths = Array.from({length: 500}, (_, index) => join(folder, `${index}`));
	for (const [index, path] of paths.entries()) writeFileSync(path, `file ${index}`);

	const found = await digestFiles(paths);

	t.deepEqual(
		paths.map(path => found.get(path)?.digest),
		paths.map((_, index) => digestOf(`file ${index}`)),
	);
	t.is(found.get(paths[7] ?? '')?.state, fileState(lstatSync(paths[7] ?? '', {bigint: true})));
});

test('a file that cannot be read is left out: one that is gone, a folder, one behind a link', async t => {
	const folder = await folderFor(t);
	const at = (name: string) => join(folder, name);
	mkdirSync(at('folder'));
	writeFileSync(at('folder/file'), 'x');
	symlinkSync('folder', at('link'));

	const found = await digestFiles([at('gone'), at('folder'), at('link/file'), at('folder/file')]);

	t.deepEqual([...found.keys()], [at('folder/file')]);
});

test('what is aborted ends with the reason', async t => {
	const reason = new Error('enough');

	await t.throwsAsync(digestFiles(['/etc/passwd'], AbortSignal.abort(reason)), {is: reason});
});

test('where the system allows no more threads, the files are read in those that there are', async t => {
	const folder = await folderFor(t);
	const paths = Array.from({length: 20}, (_, index) => join(folder, `${index}`));
	for (const path of paths) writeFileSync(path, path);
	const script = `
		import workers from 'node:worker_threads';
		import {syncBuiltinESMExports} from 'node:module';
		workers.Worker = class { constructor() { throw new Error('ERR_WORKER_INIT_FAILED'); } };
		syncBuiltinESMExports();
		const {digestFiles} = await import(${JSON.stringify(new URL('../../lib/context/digest-files.js', import.meta.url))});
		console.log((await digestFiles(${JSON.stringify(paths)})).size);
	`;

	const {stdout} = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);

	t.is(stdout.trim(), '20');
});

test('what another thread is reading is not waited for when it is aborted', async t => {
	const folder = await folderFor(t);
	const [soon, never] = [join(folder, 'soon'), join(folder, 'never')];
	for (const [path, size] of [
		[soon, 2 ** 28],
		[never, 2 ** 40],
	] as const) {
		writeFileSync(path, '');
		truncateSync(path, size);
	}
	const reason = new Error('enough');
	const controller = new AbortController();

	const reading = digestFiles([soon, never], controller.signal);
	setTimeout(() => controller.abort(reason), 1500);

	await t.throwsAsync(reading, {is: reason});
});

test('what was read ahead is not read ahead once more', async t => {
	const folder = await folderFor(t);
	const large = join(folder, 'large');
	writeFileSync(large, '');
	truncateSync(large, 2 ** 27);
	const state = fileState(lstatSync(large, {bigint: true}));
	const cache = statCache(join(folder, 'cache'));
	const file = {path: large, state, size: 2 ** 27};

	await cache.readAhead([file]);
	writeFileSync(large, 'something else');
	await cache.readAhead([file]);

	t.is(await cache.digestOf(file), digestOf(Buffer.alloc(2 ** 27)));
});

test('files that are read ahead are not read once more, and what cannot be read ahead is an error when it is asked for', async t => {
	const folder = await folderFor(t);
	const [large, gone] = [join(folder, 'large'), join(folder, 'gone')];
	writeFileSync(large, '');
	truncateSync(large, 2 ** 27);
	const state = fileState(lstatSync(large, {bigint: true}));
	const cache = statCache(join(folder, 'cache'));

	const [file, missing] = [
		{path: large, state, size: 2 ** 27},
		{path: gone, state, size: 1},
	];
	await cache.readAhead([file, missing]);
	writeFileSync(large, 'something else');

	t.is(await cache.digestOf(file), digestOf(Buffer.alloc(2 ** 27)));
	t.is(await cache.digestOf(file), digestOf('something else'));
	await t.throwsAsync(cache.digestOf(missing), {code: 'ENOENT'});
});
