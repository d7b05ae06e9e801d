import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import type {StrataError} from '../../lib/errors.ts';
import {hexOf} from '../../lib/oci/digest.ts';
import type {Index} from '../../lib/oci/image.ts';
import {hostPlatform} from '../../lib/oci/platform.ts';
import {busyboxFolder, ofType, storedImage, type Workshop, withoutRun, workshop} from '../helpers/build.ts';
import {fakeRegistry} from '../helpers/fake-registry.ts';
import {imageOf, indexOf} from '../helpers/image.ts';
import {unless} from '../helpers/skip.ts';
import {tarOf} from '../helpers/tar.ts';

const both = ['linux/amd64', 'linux/arm64'];
/** What no machine that runs these specs is. */
const foreign = hostPlatform().architecture === 's390x' ? 'linux/riscv64' : 'linux/s390x';

const copies = {
	lines: ['FROM scratch', 'ARG TARGETARCH', 'COPY $TARGETARCH /arch'],
	files: {amd64: 'for amd64', arm64: 'for arm64', s390x: 'for s390x'},
};

function indexIn({root}: Workshop, digest: Parameters<typeof hexOf>[0]): Index {
	return JSON.parse(readFileSync(join(root, 'blobs/sha256', hexOf(digest)), 'utf8')) as Index;
}

/** A base on a loopback registry, whose file says what it is for. */
async function baseFor(t: ExecutionContext, ...platforms: readonly string[]) {
	const images = platforms.map(
		platform => [platform, imageOf(platform, [tarOf([{name: 'base', content: platform}])])] as const,
	);
	const {host, requests} = await fakeRegistry(t, indexOf(Object.fromEntries(images)));
	return {name: `${host}/base`, requests};
}

test('several platforms give an index: one manifest a platform, in the order asked for (OUT-7)', async t => {
	const shop = await workshop(t);

	const {result, error} = await shop.tell({...copies, platforms: both, tags: ['app']});

	if (!result) throw error;
	const index = indexIn(shop, result.digest);
	t.deepEqual(
		index.manifests.map(({platform}) => platform),
		[
			{architecture: 'amd64', os: 'linux'},
			{architecture: 'arm64', os: 'linux'},
		],
	);
	t.deepEqual(
		index.manifests.map(({digest}) => storedImage(shop.root, {...result.descriptor, digest}).config.architecture),
		['amd64', 'arm64'],
	);
	t.deepEqual(
		result.images.map(({digest}) => digest),
		index.manifests.map(({digest}) => digest),
	);
});

test('the result tells of each platform, and of what they have together', async t => {
	const shop = await workshop(t);
	const lines = ['FROM scratch', 'COPY same /', ...copies.lines.slice(1)];

	const {result, events, error} = await shop.tell({lines, files: {...copies.files, same: 'same'}, platforms: both});

	if (!result) throw error;
	const [one, two] = result.images;
	t.is(result.id, result.digest, 'as docker says it of an index');
	t.deepEqual(result.platforms, [one?.platform, two?.platform]);
	t.deepEqual(one?.layers[0], two?.layers[0]);
	t.is(result.layers.length, 3);
	t.like(ofType(events, 'build.finished')[0]?.image, {
		id: result.digest,
		layers: 3,
		platforms: both,
		images: result.images.map(({id, digest, size, layers}) => ({id, digest, size, layers: layers.length})),
	});
	t.true(result.size < (one?.size ?? 0) + (two?.size ?? 0) + result.descriptor.size);
});

test('the same input has the same index digest, and the second time every step is found', async t => {
	const order = {...copies, platforms: both, buildArgs: {SOURCE_DATE_EPOCH: '1000'}};
	const [shop, other] = [await workshop(t), await workshop(t)];

	const first = await shop.tell(order);
	const again = await shop.tell(order);
	const elsewhere = await other.tell(order);

	t.deepEqual(
		again.result?.steps.map(({result}) => result),
		Array.from({length: 6}, () => 'cached'),
	);
	t.is(again.result?.digest, first.result?.digest);
	t.is(elsewhere.result?.digest, first.result?.digest);
});

test('a platform that is asked for twice, in whatever spelling, is built once', async t => {
	const shop = await workshop(t);

	const {result} = await shop.build({...copies, platforms: ['linux/amd64', 'linux/x86_64', 'amd64']});

	t.deepEqual(result.platforms, [{os: 'linux', architecture: 'amd64'}]);
	t.is(result.images.length, 1);
});

test('BUILDKIT_MULTI_PLATFORM gives the files of one platform a folder of their own, too (ARG-7)', async t => {
	const shop = await workshop(t);
	const dest = join(shop.root, '../out');
	const order = {lines: ['FROM scratch', 'COPY a /'], files: {a: 'a'}, platforms: ['linux/arm64']};
	const buildArgs = {BUILDKIT_MULTI_PLATFORM: '1'};

	await shop.tell({...order, buildArgs, outputs: [{type: 'local', dest}]});
	await shop.tell({...order, buildArgs, outputs: [{type: 'local', dest: `${dest}2`, split: false}]});
	await shop.tell({...order, attestations: {provenance: true}, outputs: [{type: 'local', dest: `${dest}3`}]});

	t.deepEqual(
		[dest, `${dest}2`, `${dest}3`].map(folder => readdirSync(folder)),
		[['linux_arm64'], ['a'], ['a']],
	);
});

test('BUILDKIT_MULTI_PLATFORM makes an index of one platform too (ARG-7)', async t => {
	const shop = await workshop(t);

	const {result, error} = await shop.tell({
		...copies,
		platforms: ['linux/arm64'],
		buildArgs: {BUILDKIT_MULTI_PLATFORM: '1'},
	});

	if (!result) throw error;
	t.is(indexIn(shop, result.digest).manifests.length, 1);
});

test('each platform stands on the image that its base has for it, and says the variant as that does', async t => {
	const shop = await workshop(t);
	const {name} = await baseFor(t, 'linux/amd64', 'linux/arm/v7');

	const {result, error} = await shop.tell({
		lines: [`FROM ${name}`, 'COPY a /'],
		files: {a: 'a'},
		platforms: ['linux/amd64', 'linux/arm/v7'],
	});

	if (!result) throw error;
	t.deepEqual(result.platforms, [
		{architecture: 'amd64', os: 'linux'},
		{architecture: 'arm', os: 'linux', variant: 'v7'},
	]);
	const [one, two] = result.images;
	t.notDeepEqual(one?.layers[0], two?.layers[0]);
	t.is(two?.layers[1]?.diffID, one?.layers[1]?.diffID);
});

test('a base without one of the platforms is refused with a list of those it has', async t => {
	const shop = await workshop(t);
	const {name} = await baseFor(t, 'linux/amd64', 'linux/arm64');

	const {error} = await shop.tell({lines: [`FROM ${name}`], platforms: [...both, 'linux/riscv64']});

	t.like(error, {code: 'NO_PLATFORM', exitCode: 5, notes: ['it has linux/amd64, linux/arm64']});
});

test('a stage that is the same for all platforms is built once, and the events say for which each is', async t => {
	const shop = await workshop(t);
	const {name, requests} = await baseFor(t, 'linux/amd64', 'linux/arm64');
	const lines = [
		`FROM --platform=$BUILDPLATFORM ${name} AS tools`,
		'COPY same /',
		`FROM ${name}`,
		'COPY --from=tools /same /',
	];

	const {events, error} = await shop.tell({lines, files: {same: 'same'}, platforms: both});

	t.is(error, undefined);
	const [plan] = ofType(events, 'plan');
	t.deepEqual(
		plan?.stages.map(stage => [stage.name, ...stage.platforms]),
		[
			['tools', ...both],
			['stage1', 'linux/amd64'],
			['stage1', 'linux/arm64'],
		],
	);
	const host = `linux/${hostPlatform().architecture}`;
	t.deepEqual(
		plan?.steps.map(({label, platform}) => `${label} ${platform}`),
		[
			...[`tools 1/2 ${host}`, `tools 2/2 ${host}`],
			...['amd64 stage1 1/2 linux/amd64', 'amd64 stage1 2/2 linux/amd64'],
			...['arm64 stage1 1/2 linux/arm64', 'arm64 stage1 2/2 linux/arm64'],
		],
	);
	t.is(
		new Set(requests.filter(request => request.includes('/blobs/'))).size,
		requests.filter(request => request.includes('/blobs/')).length,
	);
});

test('a linter finding that all platforms have is told once', async t => {
	const shop = await workshop(t);

	const {events} = await shop.tell({...copies, lines: [...copies.lines, 'MAINTAINER me'], platforms: both});

	t.is(ofType(events, 'warning').length, 1);
});

test('a RUN for machines that are not this one is refused before anything is done', async t => {
	const shop = await workshop(t);
	const {name, requests} = await baseFor(t, 'freebsd/amd64', `linux/${hostPlatform().architecture}`);

	const {events, error} = await shop.tell({
		lines: [`FROM ${name}`, 'COPY a /', 'RUN make'],
		files: {a: 'a'},
		platforms: [`linux/${hostPlatform().architecture}`, 'freebsd/amd64'],
	});

	t.like(error, {code: 'FOREIGN_PLATFORM', exitCode: 7});
	t.is((error as StrataError).location?.start, 3);
	t.is((error as StrataError).help[0], `let the stage run here: FROM --platform=$BUILDPLATFORM ${name}`);
	t.deepEqual(ofType(events, 'step.started'), []);
	t.is(requests.filter(request => request.includes('/blobs/')).length, 2, 'the configs and no layer');
});

unless(withoutRun)('a RUN on an image that is for this machine, whatever was asked for, is run (FRM-9)', async t => {
	const shop = await workshop(t);
	const lines = [
		'FROM --platform=$BUILDPLATFORM busybox AS here',
		'RUN echo hi >/hi',
		'FROM scratch',
		'COPY --from=here /hi /',
	];
	await shop.build({lines: ['FROM busybox'], contexts: {busybox: busyboxFolder()}, tags: ['busybox']});

	const {result, error} = await shop.tell({lines, platforms: [foreign, 'linux/amd64']});

	t.is(error, undefined);
	t.is(result?.steps.filter(({label}) => label.startsWith('here')).length, 2);
});

test("docker's format and --load are refused before the build where no platform is this machine's", async t => {
	const shop = await workshop(t);

	const {events, error} = await shop.tell({
		...copies,
		platforms: [foreign, 'linux/ppc64le'],
		outputs: [{type: 'load'}],
	});

	t.like(error, {code: 'ONE_PLATFORM', exitCode: 2});
	t.deepEqual(ofType(events, 'plan'), []);
});

test('builds add to an index by its name, each in the place of the one for its platform (CLI-24)', async t => {
	const shop = await workshop(t);
	const manifest = {type: 'manifest', name: 'app'} as const;
	const entries = () => {
		const {manifests} = JSON.parse(readFileSync(join(shop.root, 'index.json'), 'utf8')) as Index;
		return manifests.map(entry => [entry.annotations?.['org.opencontainers.image.ref.name'], entry.digest] as const);
	};

	await shop.tell({...copies, platforms: ['linux/arm64'], outputs: [manifest]});
	const {result: one} = await shop.tell({...copies, platforms: ['linux/s390x'], outputs: [manifest], tags: ['one']});
	const {result: two} = await shop.tell({
		...copies,
		lines: [...copies.lines, 'ENV A=1'],
		platforms: both,
		outputs: [manifest],
	});

	t.deepEqual(
		entries().map(([name]) => name),
		['one:latest', 'app:latest'],
	);
	const index = indexIn(shop, entries()[1]?.[1] ?? ('' as never));
	t.deepEqual(
		index.manifests.map(({platform, digest}) => [platform?.architecture, digest]),
		[
			['arm64', two?.images[1]?.digest],
			['s390x', one?.digest],
			['amd64', two?.images[0]?.digest],
		],
	);
});

test('an image of one platform is not made an index, and that is said before the build', async t => {
	const shop = await workshop(t);
	await shop.build({...copies, tags: ['app']});

	const {events, error} = await shop.tell({...copies, outputs: [{type: 'manifest', name: 'app'}]});

	t.like(error, {code: 'NOT_AN_INDEX', message: 'app:latest is an image of one platform, not an index'});
	t.deepEqual(ofType(events, 'step.started'), []);
});
