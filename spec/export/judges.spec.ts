import {type ChildProcess, execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import {chmodSync, chownSync, closeSync, existsSync, mkdirSync, openSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {ExecutionContext} from 'ava';
import {exportArchive} from '../../lib/export/archive.ts';
import {exportDockerArchive} from '../../lib/export/docker-archive.ts';
import {exportLayout} from '../../lib/export/layout.ts';
import {openStore} from '../../lib/store/open.ts';
import {folderFor} from '../helpers/folder.ts';
import {endPodman} from '../helpers/podman.ts';
import {output, without} from '../helpers/programs.ts';
import {unless} from '../helpers/skip.ts';
import {storeImage, storeLayer} from '../helpers/stored-image.ts';
import {ordinary, withoutRoot} from '../helpers/user.ts';

/** An image of two layers in a store, where everybody may read. */
async function setUp(t: ExecutionContext) {
	const folder = await folderFor(t);
	chmodSync(folder, 0o755);
	const store = await openStore(join(folder, 'store'));
	t.teardown(() => store[Symbol.asyncDispose]());
	const layers = [
		await storeLayer(store, {hello: 'hello'}),
		await storeLayer(store, {'etc/passwd': 'root:x:0:0::/:/sh\n'}),
	];
	return {store, folder, ...storeImage(store, {layers, config: {Cmd: ['/hello'], Labels: {made: 'here'}}})};
}

unless(without('skopeo'))('skopeo finds an image in the store, the layout and the archives, by each name', async t => {
	const {store, folder, descriptor} = await setUp(t);
	const image = {descriptor, names: ['redis:latest']};
	await store.images.tag(descriptor, 'redis:latest');
	await exportLayout(join(folder, 'out'), [image], store);
	await exportArchive(join(folder, 'oci.tar'), image, store);
	await exportDockerArchive(join(folder, 'docker.tar'), image, store);

	const references = [
		`oci:${store.root}:redis:latest`,
		`oci:${folder}/out:redis:latest`,
		`oci:${folder}/out:redis`,
		`oci-archive:${folder}/oci.tar`,
		`oci-archive:${folder}/oci.tar:redis:latest`,
	];
	for (const reference of references) {
		t.is(JSON.parse(output('skopeo', 'inspect', reference)).Digest, descriptor.digest, reference);
	}
	const config = output('skopeo', 'inspect', '--config', `docker-archive:${folder}/docker.tar:redis`);
	t.deepEqual(JSON.parse(config).config.Labels, {made: 'here'});
});

unless(without('umoci'))('umoci unpacks an image of an exported layout', async t => {
	const {store, folder, descriptor} = await setUp(t);
	await exportLayout(join(folder, 'out'), [{descriptor, names: ['app:1']}], store);

	output('umoci', 'unpack', '--rootless', '--image', `${folder}/out:app:1`, join(folder, 'bundle'));

	t.is(readFileSync(join(folder, 'bundle/rootfs/hello'), 'utf8'), 'hello');
	t.is(readFileSync(join(folder, 'bundle/rootfs/etc/passwd'), 'utf8'), 'root:x:0:0::/:/sh\n');
});

unless(without('umoci'))('what umoci collects as garbage of an exported layout is nothing', async t => {
	const {store, folder, descriptor} = await setUp(t);
	await exportLayout(join(folder, 'out'), [{descriptor, names: ['redis:latest']}], store);

	output('umoci', 'gc', '--layout', join(folder, 'out'));

	output('umoci', 'stat', '--image', `${folder}/out:redis:latest`);
	t.deepEqual(output('umoci', 'ls', '--layout', join(folder, 'out')).trim().split('\n').sort(), [
		'redis',
		'redis:latest',
	]);
});

unless(without('podman'))('podman load takes both archives, under the name that docker.io would give', async t => {
	const {store, folder, descriptor, manifest} = await setUp(t);
	const [one, two] = [['redis:latest'], ['redis:latest', 'example.com/app:1.4']];
	await exportArchive(join(folder, 'oci.tar'), {descriptor, names: one}, store);
	await exportDockerArchive(join(folder, 'docker.tar'), {descriptor, names: one}, store);
	await exportDockerArchive(join(folder, 'names.tar'), {descriptor, names: two}, store);

	for (const [file, names] of Object.entries({oci: one, docker: one, names: two})) {
		const podman = podmanIn(t, join(folder, `podman-${file}`));
		podman('load', '-i', join(folder, `${file}.tar`));
		const [image] = JSON.parse(podman('image', 'inspect', 'docker.io/library/redis:latest'));
		t.is(`sha256:${image.Id}`, manifest.config.digest, file);
		t.is(image.RepoTags.length, names.length, file);
	}
});

unless(without('dockerd', 'docker') ?? withoutRoot)(
	'OUT-2: docker load takes the archive with its compressed layers, and gives it its names',
	async t => {
		const {store, folder, descriptor, manifest, config} = await setUp(t);
		const file = join(folder, 'docker.tar');
		await exportDockerArchive(file, {descriptor, names: ['redis:latest', 'example.com/app:1.4']}, store);
		const docker = await startDocker(t, join(folder, 'docker'));

		docker('load', '-i', file);

		const [image] = JSON.parse(docker('image', 'inspect', 'redis'));
		t.deepEqual(image.RepoTags.sort(), ['example.com/app:1.4', 'redis:latest']);
		t.is(image.Id, manifest.config.digest);
		t.deepEqual(image.RootFS.Layers, config.rootfs.diff_ids);
		t.deepEqual(image.Config.Labels, {made: 'here'});
	},
);

/** podman with a storage of its own, as an unprivileged user: as root here it lacks what it needs. */
function podmanIn(t: ExecutionContext, folder: string): (...args: readonly string[]) => string {
	const {name, uid, gid} = ordinary;
	mkdirSync(folder);
	chownSync(folder, uid, gid);
	t.teardown(() => endPodman(folder));
	const storage = ['--root', join(folder, 'root'), '--runroot', join(folder, 'run'), '--storage-driver', 'vfs'];
	const env = {HOME: folder, USER: name, PATH: process.env.PATH, XDG_RUNTIME_DIR: folder};
	return (...args) =>
		execFileSync('podman', [...storage, ...args], {
			cwd: folder,
			uid,
			gid,
			env,
			encoding: 'utf8',
			stdio: ['ignore', 'pipe', 'pipe'],
		});
}

/** A docker engine of our own on a socket in `folder`, ended after the test. */
async function startDocker(t: ExecutionContext, folder: string): Promise<(...args: readonly string[]) => string> {
	mkdirSync(folder);
	const socket = `unix://${folder}/docker.sock`;
	const places = [
		'--data-root',
		join(folder, 'data'),
		'--exec-root',
		join(folder, 'exec'),
		'--pidfile',
		join(folder, 'pid'),
	];
	const log = openSync(join(folder, 'log'), 'w');
	const engine = spawn('dockerd', ['--iptables=false', '--bridge=none', ...places, '-H', socket], {
		stdio: ['ignore', log, log],
	});
	closeSync(log);
	t.teardown(() => end(engine));
	while (!existsSync(join(folder, 'docker.sock'))) {
		if (engine.exitCode !== null) throw new Error(readFileSync(join(folder, 'log'), 'utf8'));
		await sleep(100);
	}
	return (...args) => output('docker', '-H', socket, ...args);
}

async function end(engine: ChildProcess): Promise<void> {
	if (engine.exitCode !== null) return;
	engine.kill('SIGTERM');
	await once(engine, 'exit');
}
