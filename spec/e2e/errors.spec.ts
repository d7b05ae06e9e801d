import {readFileSync, truncateSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {withOwnMounts} from '../helpers/own-mounts.ts';
import {type Files, makePlace, type Place} from '../helpers/place.ts';
import {startRegistry, type TestRegistry} from '../helpers/registry.ts';
import {unless} from '../helpers/skip.ts';
import {build, cli, fixtureHost, stopFixtures, strata} from '../helpers/strata.ts';
import {ordinary, withoutRoot} from '../helpers/user.ts';

test.after.always(stopFixtures);

interface Failure {
	readonly files: Files;
	readonly status: number;
	readonly says: RegExp;
}

const failures: Readonly<Record<string, Failure>> = {
	'no Dockerfile': {
		files: {'other.txt': ''},
		status: 2,
		says: /^error: no Dockerfile in .*\nnote: looked for Dockerfile, dockerfile, Containerfile\nhelp: name it: -f FILE$/m,
	},
	'an unknown instruction': {
		files: {Dockerfile: 'FROM scratch\nCOPPY a b\n'},
		status: 3,
		says: /^error: unknown instruction COPPY\n --> .*Dockerfile:2:1\n {3}1 \| {5}FROM scratch\n {3}2 \| >>> COPPY a b\n {11}\^{5}\nhelp: did you mean COPY\?$/m,
	},
	'a COPY source that is not there': {
		files: {Dockerfile: 'FROM scratch\nCOPY confg.json /\n', 'config.json': '{}'},
		status: 3,
		says: /^error: COPY: confg\.json is not in the build context\n[\s\S]*^help: did you mean config\.json\?$/m,
	},
	'a COPY source that is ignored': {
		files: {Dockerfile: 'FROM scratch\nCOPY dist /\n', '.dockerignore': '# built\ndist\n', 'dist/a': 'a'},
		status: 3,
		says: /^error: COPY: dist is in the context, but \.dockerignore leaves it out\n[\s\S]*^note: \.dockerignore:2 says dist\nhelp: add a line below it: !dist$/m,
	},
	'a RUN that fails': {
		files: {Dockerfile: 'FROM busybox\nRUN echo before; echo oops >&2; exit 42\nCMD ["ls"]\n'},
		status: 4,
		says: /^error: RUN failed with exit code 42 after [0-9.]+s\n --> .*Dockerfile:2\n/m,
	},
	'a program that is not there': {
		files: {Dockerfile: 'FROM busybox\nRUN ["/no/such/program"]\n'},
		status: 4,
		says: /^error: RUN.*\n/m,
	},
	'a shell that is not there': {
		files: {Dockerfile: 'FROM scratch\nRUN ls\n'},
		status: 4,
		says: /^error: RUN: no \/bin\/sh in the image\n[\s\S]*^note: the base is scratch$/m,
	},
	'an unknown user': {
		files: {Dockerfile: 'FROM busybox\nUSER nobody-knows\nRUN id\n'},
		status: 4,
		says: /^error: .*nobody-knows/m,
	},
	'an unknown --chown name': {
		files: {Dockerfile: 'FROM busybox\nCOPY --chown=nobody-knows a /\n', a: 'a'},
		status: 4,
		says: /^error: .*nobody-knows/m,
	},
};

for (const [title, {files, status, says}] of Object.entries(failures)) {
	test(`${title} exits with ${status} and says why`, async t => {
		const place = makePlace(t, ordinary);

		const built = await build(place, place.write(files, 'context'), {flags: ['-t', 'app']});

		t.is(built.status, status, built.stderr);
		t.regex(built.stderr, says);
		t.is(built.stdout, '');
		t.notRegex(built.stderr, /^ +at .*[:(]\d+/m, 'a stack trace');
		t.notRegex((await strata(place, ['images'])).stdout, /^app /m);
	});
}

test('after a RUN that failed, the rest is NOT RUN, and what was done before is in the cache', async t => {
	const place = makePlace(t, ordinary);
	const context = place.write({Dockerfile: 'FROM busybox\nRUN echo one\nRUN false\nCMD ["ls"]\n'}, 'context');

	const first = await build(place, context);
	const second = await build(place, context);

	t.regex(first.stderr, /^\[4\/4\] NOT RUN CMD \["ls"\]$/m);
	t.regex(second.stderr, /^\[2\/4\] CACHED RUN echo one$/m);
	t.is(second.status, 4);
});

test('a base that does not exist exits with 5', async t => {
	const place = makePlace(t, ordinary);
	const missing = `${await fixtureHost()}/nothing/here:1`;
	const context = place.write({Dockerfile: `FROM ${missing}\n`}, 'context');

	const built = await build(place, context);

	t.is(built.status, 5, built.stderr);
	t.true(built.stderr.includes(`error: base image not found: ${missing}\n`), built.stderr);
});

test('a registry that is down exits with 5', async t => {
	const place = makePlace(t, ordinary);
	const context = place.write({Dockerfile: `FROM 127.0.0.1:${await closedPort()}/app\n`}, 'context');

	const built = await build(place, context);

	t.is(built.status, 5, built.stderr);
	t.regex(built.stderr, /^error: cannot reach registry 127\.0\.0\.1:\d+: connection refused\n/m);
});

for (const [title, damage] of Object.entries({
	truncated: (file: string) => truncateSync(file, 1000),
	altered: (file: string) => writeFileSync(file, readFileSync(file).fill(0, 5000, 5010)),
	'made longer': (file: string) => writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.from('more')])),
})) {
	test(`a layer that is ${title} on its way exits with 5, and nothing of it is kept`, async t => {
		const place = makePlace(t, ordinary);
		const {registry, layer} = await registryWithBusybox(t, place);
		damage(join(registry.storage, `docker/registry/v2/blobs/sha256/${layer.slice(0, 2)}/${layer}/data`));
		const context = place.write({Dockerfile: `FROM ${registry.host}/busybox\nRUN true\n`}, 'context');

		const built = await build(place, context);

		t.is(built.status, 5, built.stderr);
		t.regex(built.stderr, /^error: /m);
		t.is((await place.run(['ls', `${place.store}/blobs/sha256`])).stdout.includes(layer), false);
		t.is((await place.run(['find', `${place.store}/tmp`, '-type', 'f'])).stdout, '');
	});
}

for (const [when, size, statuses] of [
	['while a layer is packed', 14_000_000, ['6']],
	['while a RUN writes', 30_000_000, ['4', '6']],
] as const) {
	unless(withoutRoot)(`a disk that is full ${when} is told, and what was done before is in the cache`, async t => {
		const place = makePlace(t, ordinary);
		const text = `FROM busybox\nRUN echo one >/one\nRUN head -c ${size} /dev/urandom >/big\n`;
		const context = place.write({Dockerfile: text}, 'context');
		const {uid, gid} = place.user;
		const small = withOwnMounts(
			t,
			place,
			`mkdir ${place.store}; mount -t tmpfs -o size=24m,uid=${uid},gid=${gid} none ${place.store}`,
		);

		const twice = await small.run([
			'sh',
			'-c',
			'"$@"; echo "exit $?" >&2; "$@"',
			'sh',
			...(await buildCommand(context)),
		]);

		t.true(
			statuses.some(status => twice.stderr.includes(`\nexit ${status}\n`)),
			twice.stderr,
		);
		t.regex(twice.stderr, /no space left/i);
		t.regex(twice.stderr, /^\[2\/3\] CACHED RUN echo one/m);
		t.notRegex(twice.stderr, /this is a bug/);
	});
}

async function buildCommand(context: string): Promise<readonly string[]> {
	return [
		cli,
		'build',
		'--progress',
		'plain',
		'--build-context',
		`busybox=docker-image://${await fixtureHost()}/busybox`,
		context,
	];
}

async function registryWithBusybox(
	t: ExecutionContext,
	place: Place,
): Promise<{registry: TestRegistry; layer: string}> {
	const registry = await startRegistry();
	t.teardown(() => registry.stop());
	const insecure = ['--insecure-policy', '--src-tls-verify=false', '--dest-tls-verify=false'];
	const [from, to] = [`docker://${await fixtureHost()}/busybox`, `docker://${registry.host}/busybox`];
	const copied = await place.run(['skopeo', 'copy', ...insecure, from, to]);
	t.is(copied.status, 0, copied.stderr);
	const inspected = await place.run(['skopeo', 'inspect', '--tls-verify=false', to]);
	return {registry, layer: JSON.parse(inspected.stdout).Layers[0].replace('sha256:', '')};
}

function closedPort(): Promise<number> {
	return new Promise(resolve => {
		const server = createServer().listen(0, '127.0.0.1', () => {
			const address = server.address();
			server.close(() => resolve(typeof address === 'object' && address ? address.port : 1));
		});
	});
}
