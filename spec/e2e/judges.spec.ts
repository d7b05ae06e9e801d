import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {startDocker} from '../helpers/docker.ts';
import {makePlace, type Place} from '../helpers/place.ts';
import {startRegistry} from '../helpers/registry.ts';
import {unless} from '../helpers/skip.ts';
import {build, readImage, stopFixtures, strata} from '../helpers/strata.ts';
import {ordinary, withoutRoot} from '../helpers/user.ts';

test.after.always(stopFixtures);

const files = {
	Dockerfile: [
		'FROM busybox',
		'RUN echo from run >/ran && mkdir -p /deep/er && ln /ran /deep/er/hard && ln -s /ran /soft && rm /etc/group',
		'COPY --chown=7:8 note.txt /deep/',
		'USER 1000:1000',
		'WORKDIR /deep',
		'ENV GREETING="hello there"',
		'CMD ["sh", "-c", "echo $GREETING $(id -u) $(cat note.txt) $(cat /soft) $(ls /etc/group 2>&1 | wc -l)"]',
	].join('\n'),
	'note.txt': 'from context',
};
const says = 'hello there 1000 from context from run 1\n';

test('podman runs an image out of the store', async t => {
	const place = await built(t);

	const ran = await podmanRun(place, `oci:${place.store}:app:latest`);

	t.is(ran.stdout, says, ran.stderr);
});

test('podman loads -o type=docker and type=oci', async t => {
	const place = await built(t, ['-o', 'type=docker,dest=docker.tar', '-o', 'type=oci,dest=oci.tar']);

	for (const archive of ['docker.tar', 'oci.tar']) {
		const loaded = await place.run(['podman', 'load', '-i', archive]);
		t.is(loaded.status, 0, loaded.stderr);
		const name = /Loaded image: (.*)$/m.exec(loaded.stdout)?.[1] ?? '';
		t.regex(name, /\/app:latest$/, archive);
		t.is((await podmanRun(place, name)).stdout, says, archive);
		await place.run(['podman', 'rmi', '-f', name]);
	}
});

test('--load hands it to podman', async t => {
	const place = await built(t, ['--load']);

	t.is((await podmanRun(place, 'app:latest')).stdout, says);
});

test('skopeo copies the store to a registry, digests unchanged', async t => {
	const place = await built(t);
	const registry = await startRegistry();
	t.teardown(() => registry.stop());
	const target = `docker://${registry.host}/app:latest`;

	const copied = await place.run([
		'skopeo',
		'copy',
		'--insecure-policy',
		'--dest-tls-verify=false',
		`oci:${place.store}:app:latest`,
		target,
	]);
	t.is(copied.status, 0, copied.stderr);

	const inspected = await place.run(['skopeo', 'inspect', '--tls-verify=false', target]);
	t.is(JSON.parse(inspected.stdout).Digest, readImage(place.store, 'app:latest').digest);
});

test('umoci unpacks the store and finds nothing wrong with it', async t => {
	const place = await built(t);

	const unpacked = await place.run(['umoci', 'unpack', '--rootless', '--image', `${place.store}:app:latest`, 'bundle']);

	t.is(unpacked.status, 0, unpacked.stderr);
	t.is((await place.run(['cat', 'bundle/rootfs/deep/er/hard'])).stdout, 'from run\n');
	t.is((await place.run(['umoci', 'stat', '--image', `${place.store}:app:latest`])).status, 0);
});

test('an exported layout is a layout of its own', async t => {
	const place = await built(t, ['-o', 'out']);

	t.is((await podmanRun(place, `oci:${place.folder}/out:app:latest`)).stdout, says);
	t.deepEqual(readImage(join(place.folder, 'out'), 'app:latest'), readImage(place.store, 'app:latest'));
});

test('inspect --raw gives the bytes that the digests name', async t => {
	const place = await built(t);
	const {digest} = readImage(place.store, 'app:latest');

	const raw = await strata(place, ['inspect', '--raw', 'manifest', 'app']);
	const sum = await place.run(['sha256sum'], {input: raw.stdout});

	t.is(`sha256:${sum.stdout.slice(0, 64)}`, digest);
});

unless(withoutRoot)('a docker engine loads it and runs it', async t => {
	const place = await built(t, ['-o', 'type=docker,dest=docker.tar']);
	const docker = await startDocker(t);

	const loaded = await docker(['load', '-i', join(place.folder, 'docker.tar')]);
	t.is(loaded.status, 0, loaded.stderr);
	t.regex(loaded.stdout, /Loaded image: app:latest/);

	const ran = await docker(['run', '--rm', '--network', 'host', 'app:latest']);
	t.is(ran.stdout, says, ran.stderr);
	const id = await docker(['images', '--no-trunc', '-q', 'app']);
	t.is(id.stdout.trim(), readImage(place.store, 'app:latest').manifest.config.digest);
});

async function built(t: ExecutionContext, flags: readonly string[] = []): Promise<Place> {
	const place = makePlace(t, ordinary);
	const ended = await build(place, place.write(files, 'context'), {flags: ['-t', 'app', ...flags]});
	t.is(ended.status, 0, ended.stderr);
	return place;
}

function podmanRun(place: Place, image: string) {
	return place.run(['podman', 'run', '--rm', '--runtime', 'runc', '--network', 'host', image]);
}
