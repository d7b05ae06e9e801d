import {execFileSync} from 'node:child_process';
import {existsSync, readdirSync, truncateSync, writeFileSync} from 'node:fs';
import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import test from 'ava';
import {StepError} from '../../lib/errors.ts';
import type {PackRequest} from '../../lib/layer/pack.ts';
import {packer} from '../../lib/layer/packer.ts';
import type {Entry} from '../../lib/tree/entry.ts';
import {folderFor} from '../helpers/folder.ts';
import {file, packInto} from '../helpers/layer.ts';

function requestFor(folder: string, name: string, entries: readonly Entry[]): PackRequest {
	return {source: {entries}, blob: join(folder, `${name}.blob`), toc: join(folder, `${name}.toc`)};
}

/** Content that takes a while: one file that is read from the disk. */
async function large(folder: string): Promise<Entry> {
	const path = join(folder, 'large');
	await mkdir(folder, {recursive: true});
	writeFileSync(path, '');
	truncateSync(path, 2 ** 32);
	return {...file('large'), size: 2 ** 32, content: {from: 'file', path}};
}

test('a thread packs the bytes that packLayer does', async t => {
	const folder = await folderFor(t);
	const entries = [file('a', 'content'), file('b')];
	await using packing = packer();

	const packed = await packing.pack(requestFor(folder, 'one', entries));

	const {layer, content} = await packInto(folder, {entries});
	t.deepEqual([packed.layer, packed.content], [layer, content]);
});

test('more layers than threads are packed one after the other', async t => {
	const folder = await folderFor(t);
	await using packing = packer(2);

	const packed = await Promise.all(
		Array.from({length: 15}, (_, index) => packing.pack(requestFor(folder, `${index}`, [file(`${index}`)]))),
	);

	t.is(new Set(packed.map(({layer}) => layer.diffID)).size, 15);
});

test('an error keeps its class and its facts, the files go, and the packer goes on', async t => {
	const folder = await folderFor(t);
	await using packing = packer(1);
	const gone: Entry = {...file('gone'), content: {from: 'file', path: join(folder, 'gone')}};

	const error = await t.throwsAsync(packing.pack(requestFor(folder, 'one', [gone])), {instanceOf: StepError});
	await packing.pack(requestFor(folder, 'two', [file('a')]));

	t.is(error.code, 'FILE_CHANGED');
	t.deepEqual(readdirSync(folder).sort(), ['two.blob', 'two.toc']);
});

test('an error of the system keeps its code', async t => {
	const folder = await folderFor(t);
	await using packing = packer(1);

	const error = await t.throwsAsync<NodeJS.ErrnoException>(
		packing.pack(requestFor(join(folder, 'missing'), 'one', [file('a')])),
	);

	t.is(error.code, 'ENOENT');
});

test('an abort ends the packing and leaves no file', async t => {
	const folder = await folderFor(t);
	const stop = new AbortController();
	const reason = new Error('stop');
	await using packing = packer(1);
	const request = requestFor(folder, 'one', [await large(join(folder, 'source'))]);

	const running = packing.pack(request, {signal: stop.signal});
	const waiting = packing.pack(requestFor(folder, 'two', [file('a')]), {signal: stop.signal});
	stop.abort(reason);

	await t.throwsAsync(running, {is: reason});
	await t.throwsAsync(waiting, {is: reason});
	t.false(existsSync(request.blob));
	t.is((await packing.pack(requestFor(folder, 'three', [file('a')]))).files, 1);
});

test('its end ends what has just begun, and what waits', async t => {
	const folder = await folderFor(t);
	const packing = packer(1);
	const content = await large(join(folder, 'source'));
	const ended = ['one', 'two'].map(name =>
		t.throwsAsync(packing.pack(requestFor(folder, name, [content])), {message: 'the packing thread ended'}),
	);

	await packing[Symbol.asyncDispose]();

	await Promise.all(ended);
	t.deepEqual(readdirSync(folder), ['source']);
});

test('its end ends what it is doing', async t => {
	const folder = await folderFor(t);
	const packing = packer(1);
	const request = requestFor(folder, 'one', [await large(join(folder, 'source'))]);
	const running = t.throwsAsync(packing.pack(request), {message: 'the packing thread ended'});
	await new Promise(resolve => setImmediate(resolve));

	await packing[Symbol.asyncDispose]();

	await running;
	t.false(existsSync(request.blob));
});

test('a packer that is idle does not keep its process', async t => {
	const folder = await folderFor(t);
	const script = `
		import {packer} from ${JSON.stringify(new URL('../../lib/layer/packer.js', import.meta.url))};
		await packer().pack({source: {entries: []}, blob: 'blob', toc: 'toc'});
		console.log('packed');`;

	const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], {cwd: folder, encoding: 'utf8'});

	t.is(said, 'packed\n');
});
