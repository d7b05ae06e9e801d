import {existsSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {containers} from '../../lib/container/list.ts';
import {removeContainer} from '../../lib/container/remove.ts';
import {runContainer} from '../../lib/container/run.ts';
import {stopContainer} from '../../lib/container/stop.ts';
import {openStore} from '../../lib/store/open.ts';
import {onBusybox, type Workshop, withoutRun, workshop} from '../helpers/build.ts';
import {filledStore} from '../helpers/catalog.ts';
import {folderFor} from '../helpers/folder.ts';
import {unless} from '../helpers/skip.ts';
import {storeImage, storeLayer} from '../helpers/stored-image.ts';

const runs = unless(withoutRun);

/** A store with `app`, which is busybox, and the layers of that. */
async function withApp(t: ExecutionContext) {
	const shop = await workshop(t);
	const {result} = await shop.build({...onBusybox('CMD ["true"]'), tags: ['app']});
	return {shop, layers: result.layers};
}

async function leavesNothing(t: ExecutionContext, {root, leftovers}: Workshop): Promise<void> {
	t.deepEqual(leftovers(), []);
	t.deepEqual(await containers({root, all: true}), []);
}

runs('a container is stopped while its image is unpacked', async t => {
	const {shop, layers} = await withApp(t);
	await using store = await openStore(shop.root);
	const locks = [`snapshot ${layers[0]?.diffID}`, `snapshot copy ${layers[0]?.diffID}`];
	const held = await Promise.all(locks.map(lock => store.lock(lock)));
	const running = runContainer({image: 'app', root: shop.root});
	const end = t.throwsAsync(Promise.resolve(running));
	while (!hasWorker(shop.root)) await delay(5);

	running.stop('SIGTERM');

	t.like(await end, {code: 'ABORTED', exitCode: 143});
	await leavesNothing(t, shop);
	for (const lock of held) await lock[Symbol.asyncDispose]();
});

function hasWorker(root: string): boolean {
	const folders = readdirSync(join(root, 'tmp'));
	return folders.some(folder => readdirSync(join(root, 'tmp', folder)).includes('memory'));
}

runs('a container is stopped while what it changed is packed', async t => {
	const {shop} = await withApp(t);
	const running = runContainer({
		image: 'app',
		root: shop.root,
		command: ['dd', 'if=/dev/zero', 'of=/large', 'bs=1', 'count=0', `seek=${4 * 2 ** 30}`],
		onNews: ({type}) => type === 'packing' && running.kill('SIGINT'),
	});

	t.like(await t.throwsAsync(Promise.resolve(running)), {code: 'ABORTED', exitCode: 130});
	await leavesNothing(t, shop);
});

/** Resolves when the program of the container has made this file. */
async function begun(path: string): Promise<void> {
	while (!existsSync(path)) await delay(5);
}

/** A program that says when it has begun, and ends by TERM. */
const patient = ['sh', '-c', 'trap "exit 3" TERM; touch /data/begun /made; while :; do sleep 0.1; done'];

async function patientContainer(t: ExecutionContext) {
	const {shop} = await withApp(t);
	const source = await folderFor(t);
	const {root} = shop;
	const volumes = [{source, target: '/data', readOnly: false}];
	const running = Promise.resolve(runContainer({image: 'app', root, name: 'try', command: patient, volumes}));
	await begun(join(source, 'begun'));
	return {shop, root, running};
}

runs('stop ends a container from outside, and what it changed is kept', async t => {
	const {root, running} = await patientContainer(t);

	t.is(await stopContainer('try', {root}), 'try');

	t.like((await containers({root, all: true}))[0], {name: 'try', state: 'ended', exitCode: 3});
	t.like(await running, {exitCode: 3, changes: 1});
	t.is(await stopContainer('try', {root}), 'try', 'what has ended is left as it is');
});

runs('rm --force kills a container, and nothing of it is kept', async t => {
	const {shop, root, running} = await patientContainer(t);
	t.like(await t.throwsAsync(removeContainer('try', {root})), {code: 'CONTAINER_RUNS'});

	t.is(await removeContainer('try', {root, force: true}), 'try');

	await leavesNothing(t, shop);
	t.deepEqual(await running.then(({exitCode, changes}) => [exitCode, changes]), [137, undefined]);
});

test('an image whose programs nothing here runs is refused, whether it was asked for or the only one', async t => {
	const root = await filledStore(t, async store => {
		const layers = [await storeLayer(store, {hello: 'hello'})];
		await store.images.tag(storeImage(store, {layers, platform: 'linux/s9000'}).descriptor, 'foreign:latest');
	});

	for (const platform of [{}, {platform: 'linux/s9000'}]) {
		t.like(await t.throwsAsync(Promise.resolve(runContainer({image: 'foreign', root, ...platform}))), {
			code: 'FOREIGN_PLATFORM',
			exitCode: 7,
		});
	}
	t.like(await t.throwsAsync(Promise.resolve(runContainer({image: 'foreign', root, platform: 'a/b/c/d'}))), {
		code: 'PLATFORM_UNKNOWN',
	});
	t.deepEqual(await containers({root, all: true}), []);
});
