import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {collect} from '../../lib/bytes.ts';
import {registryCache} from '../../lib/cache/registry.ts';
import {RegistryError, UsageError} from '../../lib/errors.ts';
import {copy} from '../../lib/oci/copy.ts';
import {parseReference, type Reference} from '../../lib/oci/reference.ts';
import {imageSource} from '../../lib/registry/image-source.ts';
import {shortNames} from '../../lib/registry/mirrors.ts';
import {resolveBase} from '../../lib/registry/pull.ts';
import {registriesConf, ruleFor} from '../../lib/registry/registries-conf.ts';
import {registrySink} from '../../lib/registry/sink.ts';
import {fakeRegistry, status} from '../helpers/fake-registry.ts';
import {folderFor} from '../helpers/folder.ts';
import {imageOf} from '../helpers/image.ts';
import {memoryBlobs, memoryStore} from '../helpers/memory-store.ts';

const image = imageOf('linux/amd64', [Buffer.alloc(50_000, 'lowest')]);
const [lowest = image.root] = image.layers;
const platform = {os: 'linux', architecture: 'amd64'};
const reference = (name: string) => parseReference(name) as Reference;

/** An environment whose registries.conf has these lines. */
async function conf(t: ExecutionContext, ...lines: readonly string[]) {
	const file = join(await folderFor(t), 'registries.conf');
	writeFileSync(file, lines.join('\n'));
	return {CONTAINERS_REGISTRIES_CONF: file};
}

const mirrored = (prefix: string, ...mirrors: readonly string[]) => [
	'[[registry]]',
	`prefix = "${prefix}"`,
	`location = "${prefix}"`,
	...mirrors.flatMap(mirror => ['[[registry.mirror]]', `location = "${mirror}"`]),
];

test('a mirror is asked in the place of the registry', async t => {
	const mirror = await fakeRegistry(t, image);
	const env = await conf(t, ...mirrored('r.example.com/team', `${mirror.host}/cache`));
	const source = imageSource(reference('r.example.com/team/app:1'), {env});

	t.is((await source.resolve()).descriptor.digest, image.root.digest);
	t.is((await collect(source.open(lowest))).byteLength, lowest.size);
	t.is(source.name, 'r.example.com/team/app:1');
	t.deepEqual(mirror.requests, ['GET /v2/cache/app/manifests/1', `GET /v2/cache/app/blobs/${lowest.digest}`]);
});

for (const [title, act] of [
	['does not have it', status(404)],
	['is not well', status(500)],
	['lies', (_: unknown, response: {end(text: string): unknown}) => Boolean(response.end('{}') ?? true)],
] as const) {
	test(`a mirror that ${title} is passed over`, async t => {
		const mirror = await fakeRegistry(t, image, act);
		const registry = await fakeRegistry(t, image);
		const env = await conf(t, ...mirrored(registry.host, mirror.host));
		const source = imageSource(reference(`${registry.host}/app@${image.root.digest}`), {env, backoff: 1});

		t.is((await source.resolve()).descriptor.digest, image.root.digest);
		t.true(mirror.requests.length > 0);
	});
}

test('a login that was given is not shown to a mirror', async t => {
	const mirror = await fakeRegistry(t, image, (_, response) => {
		response.writeHead(401, {'www-authenticate': 'Basic realm="r"'}).end();
		return true;
	});
	const registry = await fakeRegistry(t, image, ({headers}, response) => {
		if (headers.authorization) return false;
		response.writeHead(401, {'www-authenticate': 'Basic realm="r"'}).end();
		return true;
	});
	const env = await conf(t, ...mirrored(registry.host, mirror.host));
	const login = {username: 'me', password: 'secret'};

	await imageSource(reference(`${registry.host}/app`), {env, login}).resolve();

	t.deepEqual(mirror.authorizations, [undefined]);
});

test('nor to what the file puts in the place of the registry', async t => {
	const {host, authorizations} = await fakeRegistry(t, image, (_, response) => {
		response.writeHead(401, {'www-authenticate': 'Basic realm="r"'}).end();
		return true;
	});
	const env = await conf(t, '[[registry]]', 'prefix = "r.example.com"', `location = "${host}"`);
	const login = {username: 'me', password: 'secret'};

	await t.throwsAsync(imageSource(reference('r.example.com/app'), {env, login}).resolve(), {
		instanceOf: RegistryError,
	});

	t.deepEqual(authorizations, [undefined]);
});

test('what the file puts in the place of a prefix is asked, by http if it says that nobody need be trusted', async t => {
	const {host, requests} = await fakeRegistry(t, image);
	const rule = ['[[registry]]', 'prefix = "r.example.com/team"', `location = "${host}/moved"`, 'insecure = true'];
	const source = imageSource(reference('r.example.com/team/app:1'), {env: await conf(t, ...rule), backoff: 1});

	t.is((await source.resolve()).descriptor.digest, image.root.digest);
	t.deepEqual(requests, ['GET /v2/moved/app/manifests/1']);
});

test('a cache in a registry is read from where the file says', async t => {
	const {host, requests} = await fakeRegistry(t, image);
	const env = await conf(t, '[[registry]]', 'prefix = "r.example.com"', `location = "${host}"`, 'insecure = true');
	const place = {name: 'cache', reference: reference('r.example.com/app:cache')};

	t.deepEqual((await registryCache(place, {env, backoff: 1}).resolve())?.descriptor, image.root);
	t.deepEqual(requests, ['GET /v2/app/manifests/cache']);
});

test('a registry that is blocked is neither pulled from nor pushed to', async t => {
	const {host, requests} = await fakeRegistry(t, image);
	const env = await conf(t, '[[registry]]', `location = "${host}"`, 'blocked = true');
	const blobs = memoryBlobs();
	for (const {bytes, mediaType} of image.blobs.values()) blobs.add(bytes, mediaType);

	const error = await t.throwsAsync(imageSource(reference(`${host}/app`), {env}).resolve(), {
		instanceOf: RegistryError,
	});
	await t.throwsAsync(copy(image.root, blobs, registrySink(reference(`${host}/app`), {env})), {
		code: 'REGISTRY_BLOCKED',
	});

	t.is(error?.message, `${host}/app is blocked on this machine`);
	t.deepEqual(requests, []);
});

test('a name without a registry is looked up under its alias, else where the file says, else in docker.io', async t => {
	const env = await conf(t, 'unqualified-search-registries = ["a.io", "b.io"]', '[aliases]', 'fedora = "f.org/fedora"');
	const found = (name: string, one: object) =>
		shortNames(name, one).map(({registry, repository, tag}) => `${registry}/${repository}:${tag}`);

	t.deepEqual(found('fedora:41', {env}), ['f.org/fedora:41']);
	t.deepEqual(found('app', {env}), ['a.io/app:latest', 'b.io/app:latest']);
	t.deepEqual(found('app:1', {env: await conf(t)}), ['docker.io/library/app:1']);
});

test('of several registries the first that has the image is taken', async t => {
	const [without, having] = [await fakeRegistry(t, image, status(404)), await fakeRegistry(t, image)];
	const env = await conf(t, `unqualified-search-registries = ["${without.host}", "${having.host}"]`);
	const store = memoryStore();

	const base = await resolveBase('app', platform, {store, env, backoff: 1});

	t.is(base.reference, `${having.host}/app:latest`);
	t.deepEqual(without.requests, ['GET /v2/app/manifests/latest']);
});

test('the rule with the longest prefix counts', async t => {
	const rules = registriesConf(
		await conf(
			t,
			...mirrored('r.io'),
			...mirrored('r.io/team'),
			'[[registry]]',
			'prefix = "*.e.io"',
			'insecure = true',
		),
	);
	const prefixOf = (name: string) => ruleFor(name, rules)?.prefix;

	t.is(prefixOf('r.io/team/app'), 'r.io/team');
	t.is(prefixOf('r.io/teams/app'), 'r.io');
	t.is(prefixOf('a.e.io/app'), '*.e.io');
	t.is(prefixOf('e.io/app'), undefined);
	t.true(ruleFor('a.e.io/app', rules)?.insecure);
});

test('a file that is no TOML is an error of usage that names it', async t => {
	const env = await conf(t, '[[registry');

	const error = t.throws(() => registriesConf(env), {instanceOf: UsageError});

	t.is(error?.message, `cannot read ${env.CONTAINERS_REGISTRIES_CONF}`);
});
