import {chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {AbortedError, MachineError} from '../../lib/errors.ts';
import {loadInto} from '../../lib/export/load.ts';
import {openStore} from '../../lib/store/open.ts';
import {folderFor} from '../helpers/folder.ts';
import {output} from '../helpers/programs.ts';
import {storeImage, storeLayer} from '../helpers/stored-image.ts';

/** A PATH that has nothing but the given shell scripts. */
async function setUp(t: ExecutionContext, programs: Readonly<Record<string, string>>) {
	const folder = await folderFor(t);
	const store = await openStore(join(folder, 'store'));
	t.teardown(() => store[Symbol.asyncDispose]());
	const path = join(folder, 'bin');
	mkdirSync(path);
	for (const [name, script] of Object.entries(programs)) {
		writeFileSync(join(path, name), `#!/bin/sh\n${script}\n`, {mode: 0o755});
	}
	return {store, folder, path, image: {descriptor: storeImage(store).descriptor, names: ['redis:latest']}};
}

test('CLI-6: an image is handed to podman as a docker archive', async t => {
	const {store, folder, path, image} = await setUp(t, {
		podman: 'cat > "$0.in"; echo "$@" > "$0.args"',
		docker: 'exit 1',
	});

	t.is(await loadInto(image, store, {path}), 'podman');

	t.is(readFileSync(join(path, 'podman.args'), 'utf8'), 'load\n');
	t.true(output('tar', '-tf', join(folder, 'bin/podman.in')).includes('manifest.json'));
});

test('docker gets it where there is no podman', async t => {
	const {store, path, image} = await setUp(t, {docker: 'cat > /dev/null'});

	t.is(await loadInto(image, store, {path}), 'docker');
});

test('a loader that gives up early is quoted', async t => {
	const {store, path, image} = await setUp(t, {docker: 'echo "Cannot connect to the Docker daemon" >&2; exit 1'});

	const error = await t.throwsAsync(loadInto(image, store, {path}), {instanceOf: MachineError});

	t.is(error?.message, 'docker load ended with code 1');
	t.deepEqual(error?.notes, ['Cannot connect to the Docker daemon', 'the image is in the store']);
});

test('without podman and docker the error says what to install', async t => {
	const {store, path, image} = await setUp(t, {});

	const error = await t.throwsAsync(loadInto(image, store, {path}), {instanceOf: MachineError});

	t.is(error?.message, 'neither podman nor docker is in PATH, which --load needs');
});

test('a damaged blob is the error, and not that the loader did not like what came of it', async t => {
	const {store, path, image} = await setUp(t, {podman: 'cat > /dev/null; exit 125'});
	const layer = await storeLayer(store, {a: 'a'});
	const {descriptor} = storeImage(store, {layers: [layer]});
	const blob = store.blobs.pathOf(layer.descriptor.digest);
	chmodSync(blob, 0o644);
	writeFileSync(blob, Buffer.alloc(layer.descriptor.size));

	await t.throwsAsync(loadInto({...image, descriptor}, store, {path}), {code: 'DIGEST_MISMATCH'});
});

test('a loader ends when it is no longer wanted, whatever it waits for', async t => {
	const {store, path, image} = await setUp(t, {podman: 'cat > /dev/null; : > "$0.read"; exec sleep 71234567'});
	const stop = new AbortController();
	const reason = new AbortedError('ABORTED', 'stopped');

	const loading = loadInto(image, store, {path: `${path}:${process.env.PATH}`, signal: stop.signal});
	while (!existsSync(join(path, 'podman.read'))) await setTimeout(5);
	stop.abort(reason);

	t.is(await t.throwsAsync(loading), reason);
});

test('a blob that is gone ends the loader and is the error', async t => {
	const {store, path, image} = await setUp(t, {podman: 'cat > /dev/null'});
	const broken = {
		...image,
		descriptor: {...image.descriptor, digest: `sha256:${'0'.repeat(64)}` as typeof image.descriptor.digest},
	};

	await t.throwsAsync(loadInto(broken, store, {path}), {code: 'BLOB_MISSING'});
});
