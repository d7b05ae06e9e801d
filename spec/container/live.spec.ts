import {existsSync, mkdirSync, statSync} from 'node:fs';
import {connect} from 'node:net';
import {join} from 'node:path';
import test from 'ava';
import {askForLayer, askToEnd, serveContainer} from '../../lib/container/live.ts';
import type {Layer} from '../../lib/oci/image.ts';
import {folderFor} from '../helpers/folder.ts';

/** A container of which nothing else is asked. */
const serveLayers = (path: string, take: () => Promise<Layer>) =>
	serveContainer(path, {layer: take, stop() {}, discard() {}});

const layer = (name: string) => ({diffID: name, descriptor: {mediaType: 'x', digest: name, size: 1}}) as never as Layer;

test('who asks is told the layer of that moment, one after another; the path may be longer than that of a socket', async t => {
	const folder = join(await folderFor(t), 'x'.repeat(120));
	const path = join(folder, 'socket');
	mkdirSync(folder);
	let asked = 0;
	let busy = 0;
	await using _ = await serveLayers(path, async () => {
		t.is(++busy, 1);
		await new Promise(resolve => setTimeout(resolve, 5));
		busy -= 1;
		return layer(`${++asked}`);
	});

	const answers = await Promise.all([1, 2, 3].map(() => askForLayer(path, 'try')));

	t.deepEqual(answers.map(({diffID}) => diffID).sort(), ['1', '2', '3'] as never);
	t.is(statSync(path).mode & 0o777, 0o600);
});

test('why there is no layer is said', async t => {
	const path = join(await folderFor(t), 'socket');
	await using _ = await serveLayers(path, () => Promise.reject(new Error('its program does not run')));

	t.like(await t.throwsAsync(askForLayer(path, 'try')), {
		code: 'CONTAINER_SILENT',
		message: 'the container try cannot say what it changed',
		notes: ['its program does not run'],
	});
});

test('after its end nothing is left, whoever is connected, and who asks is told', async t => {
	const path = join(await folderFor(t), 'socket');
	const serving = await serveLayers(path, () => Promise.resolve(layer('a')));
	const idle = connect(path);
	await new Promise(resolve => idle.once('connect', resolve));

	await serving[Symbol.asyncDispose]();

	t.false(existsSync(path));
	t.like(await t.throwsAsync(askForLayer(path, 'try')), {code: 'CONTAINER_SILENT'});
	idle.destroy();
});

test('a container is asked to end while the layer of another who asked is still being taken', async t => {
	const path = join(await folderFor(t), 'socket');
	const asked: string[] = [];
	let finish = () => {};
	const taking = new Promise<Layer>(resolve => {
		finish = () => resolve(layer('a'));
	});
	await using _ = await serveContainer(path, {
		layer: () => taking,
		stop: () => asked.push('stop'),
		discard: () => asked.push('discard'),
	});
	const first = askForLayer(path, 'try');

	await askToEnd(path, 'stop');
	await askToEnd(path, 'discard');

	t.deepEqual(asked, ['stop', 'discard']);
	finish();
	t.deepEqual(await first, layer('a'));
});

test('who is not there any more need not be asked to end', async t => {
	await t.notThrowsAsync(askToEnd(join(await folderFor(t), 'socket'), 'stop'));
});
