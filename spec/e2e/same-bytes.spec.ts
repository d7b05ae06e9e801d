import {readdirSync, statSync} from 'node:fs';
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

test('clones of one repository by two users with umask 002 and 022 give one image, with --context-mode=git', async t => {
	const origin = makePlace(t, ordinary);
	const folder = origin.write({...files, '.dockerignore': '.git'}, 'origin');
	const who = ['AUTHOR', 'COMMITTER'].flatMap(role => ['NAME', 'EMAIL'].map(what => [`GIT_${role}_${what}`, 't']));
	const setting = {cwd: folder, env: Object.fromEntries(who)};
	const commit =
		'git init -q && git add . && git commit -q -m all && git bundle create -q ../all.bundle HEAD && git log -1 --format=%ct';
	const {stdout: time, stderr} = await origin.run(['sh', '-c', commit], setting);
	const images = [];
	for (const [umask, user] of [['002', ordinary] as const, ['022', users.at(-1) ?? ordinary] as const]) {
		const place = makePlace(t, user);
		await place.run(['git', 'clone', '-q', `${origin.folder}/all.bundle`, 'clone'], {umask});
		const flags = ['-t', 'app', '--context-mode=git', '--source-date-epoch', time.trim()];
		const built = await build(place, `${place.folder}/clone`, {flags});
		t.is(built.status, 0, stderr + built.stderr);
		images.push(readImage(place.store, 'app:latest').digest);
	}

	t.is(images[0], images[1]);
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

test('--verify names the first step and file that differ, and exits with 8; what is the same takes one line', async t => {
	const place = makePlace(t, ordinary);
	const same = 'FROM busybox\nRUN adduser -D someone && echo a >/home/someone/a && chown -R someone /home/someone\n';
	const context = place.write({Dockerfile: `${same}RUN head -c 9 /dev/urandom >/etc/id\n`, Same: same}, 'context');
	const flags = ['--verify', '--source-date-epoch', '1', '-q'];

	const other = await build(place, context, {flags});
	const twice = await build(place, context, {flags: [...flags, '-f', `${context}/Same`]});

	t.is(other.status, 8);
	t.regex(other.stderr, /^error: step 3\/3 is not the same twice: \/etc\/id differs in content\n --> Dockerfile:3\n/);
	t.deepEqual([twice.status, twice.stderr], [0, '']);
	t.regex(twice.stdout, /^the same twice: sha256:[0-9a-f]{64} {2}\(varied: .*\)\n$/);
	t.deepEqual(readdirSync(`${place.store}/tmp`), []);
});
