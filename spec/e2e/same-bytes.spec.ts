import {statSync} from 'node:fs';
import test from 'ava';
import {makePlace} from '../helpers/place.ts';
import {blobPath, build, fixtureHost, readImage, stopFixtures} from '../helpers/strata.ts';
import {ordinary, users} from '../helpers/user.ts';

test.after.always(stopFixtures);

const files = {
	Dockerfile: [
		'FROM busybox AS make',
		'RUN mkdir /out && for n in $(seq 300); do echo $n >/out/$n; done && chown 12:34 /out/7',
		'FROM busybox',
		'COPY --from=make /out /out',
		'COPY . /context',
		'RUN rm -rf /etc/group && adduser -D someone && seq 200000 >/home/someone/numbers',
		'WORKDIR /home/someone',
		'USER someone',
		'CMD ["ls"]',
	].join('\n'),
	'a/b.txt': 'b',
	'a/run': {data: '#!/bin/sh\n', mode: 0o755},
};

test('with SOURCE_DATE_EPOCH, --no-cache twice gives one manifest', async t => {
	const place = makePlace(t, ordinary);
	const context = place.write(files, 'context');
	const options = {flags: ['-t', 'app', '--no-cache'], env: {SOURCE_DATE_EPOCH: '1700000000'}};

	await build(place, context, options);
	const first = readImage(place.store, 'app:latest');
	const again = await build(place, context, options);

	t.is(again.status, 0, again.stderr);
	t.deepEqual(readImage(place.store, 'app:latest'), first);
	t.is(Date.parse(first.config.created ?? ''), 1700000000_000);
});

test('who builds, where, with how many jobs, with which umask and runtime does not show', async t => {
	const images = [];
	for (const [user, variant] of users.flatMap(user => [
		[user, {jobs: '1', runtime: 'runc', umask: '022'}] as const,
		[user, {jobs: '4', runtime: 'crun', umask: '077'}] as const,
	])) {
		const place = makePlace(t, user);
		const context = place.write(files, `context-${variant.umask}`);
		const flags = ['-t', 'app', '--jobs', variant.jobs, '--runtime', variant.runtime];
		const built = await build(place, context, {flags, env: {SOURCE_DATE_EPOCH: '1700000000'}, umask: variant.umask});
		t.is(built.status, 0, built.stderr);
		images.push(readImage(place.store, 'app:latest').digest);
	}

	t.is(new Set(images).size, 1, images.join(' '));
});

test('without it, --no-cache twice gives the same files in each layer', async t => {
	const place = makePlace(t, ordinary);
	const context = place.write(files, 'context');

	await build(place, context, {flags: ['-t', 'one', '--no-cache']});
	await build(place, context, {flags: ['-t', 'two', '--no-cache']});

	const [one, two] = await Promise.all(['one', 'two'].map(name => layerLists(name)));
	t.true((one ?? []).length > 3);
	t.deepEqual(one, two);

	function layerLists(name: string) {
		const {manifest} = readImage(place.store, `${name}:latest`);
		const list = (digest: string) =>
			place.run(['sh', '-c', `tar -tvzf ${blobPath(place.store, digest)} --numeric-owner | awk '{$4=$5=""; print}'`]);
		return Promise.all(manifest.layers.map(async ({digest}) => (await list(digest)).stdout));
	}
});

test("a base's layers pass through untouched, and no blob can be written", async t => {
	const place = makePlace(t, ordinary);
	const context = place.write({Dockerfile: 'FROM debian:bookworm-slim\nRUN echo >/a\n'}, 'context');

	await build(place, context, {flags: ['-t', 'app']});

	const {manifest} = readImage(place.store, 'app:latest');
	const modes = [manifest.config, ...manifest.layers].map(({digest}) =>
		(statSync(blobPath(place.store, digest)).mode & 0o777).toString(8),
	);
	t.deepEqual(new Set(modes), new Set(['444']));
	t.is(manifest.layers.length, 2);
	t.true(await isInRegistry(manifest.layers[0]?.digest ?? ''));
});

async function isInRegistry(digest: string): Promise<boolean> {
	return (await fetch(`http://${await fixtureHost()}/v2/debian/blobs/${digest}`, {method: 'HEAD'})).ok;
}
