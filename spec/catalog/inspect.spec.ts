import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {imageHistory} from '../../lib/catalog/history.ts';
import {images} from '../../lib/catalog/images.ts';
import {inspectImage, rawImage} from '../../lib/catalog/inspect.ts';
import {instructionOf} from '../../lib/catalog/provenance.ts';
import {removeImage, tagImage} from '../../lib/catalog/rename.ts';
import {saveImages} from '../../lib/catalog/save.ts';
import {UsageError} from '../../lib/errors.ts';
import {type Digest, digestOf, hexOf} from '../../lib/oci/digest.ts';
import {filledStore} from '../helpers/catalog.ts';
import {type StoredParts, storeImage, storeIndex, storeLayer} from '../helpers/stored-image.ts';

const created = '2026-01-02T03:04:05Z';

/** FROM a base of one layer and CMD, then COPY, ENV, RUN, CMD. */
async function built(t: ExecutionContext) {
	let image: StoredParts | undefined;
	const root = await filledStore(t, async store => {
		const base = await storeLayer(store, {base: 'base'});
		const [copied, ran] = [await storeLayer(store, {copied: 'x'}), await storeLayer(store, {ran: 'yy', again: 'y'})];
		const history = [
			{created, created_by: 'ADD rootfs.tar / # buildkit'},
			{created, created_by: 'CMD ["sh"]', empty_layer: true},
			{created, created_by: 'COPY a b # buildkit'},
			{created, created_by: 'ENV A=1', empty_layer: true},
			{created, created_by: 'RUN /bin/sh -c make # buildkit'},
			{created, created_by: 'CMD ["make"]', empty_layer: true},
		];
		image = storeImage(store, {layers: [base, copied, ran], history});
		const digest = digestOf('base');
		const steps = [
			{diffID: copied.diffID, number: '2', text: 'COPY a b'},
			{diffID: ran.diffID, number: '4', text: 'RUN make'},
		];
		store
			.records('provenance')
			.put(hexOf(image.descriptor.digest), {base: {name: 'docker.io/library/alpine:latest', digest}, steps});
		await store.images.tag(image.descriptor, 'app:latest');
		await store.images.tag(image.descriptor, 'app:1');
	});
	if (!image) throw new Error('the store was not filled');
	return {root, image};
}

test('inspect tells what each layer is and where it comes from', async t => {
	const {root, image} = await built(t);

	const details = await inspectImage('app', {root});

	t.like(details, {
		names: ['app:latest', 'app:1'],
		platform: 'linux/amd64',
		base: {name: 'docker.io/library/alpine:latest'},
	});
	t.deepEqual(
		details.layers.map(({step, unpacked, files}) => ({step, unpacked, files})),
		[
			{step: 'base', unpacked: 4, files: 1},
			{step: '2/5 COPY a b', unpacked: 1, files: 1},
			{step: '4/5 RUN make', unpacked: 3, files: 2},
		],
	);
	t.deepEqual(details.config, image.config);
	t.is(details.id, image.manifest.config.digest);
});

test('history has a row for each instruction, the newest first, with its step', async t => {
	const {root} = await built(t);

	const rows = await imageHistory('app:1', {root});

	t.deepEqual(
		rows.map(({step, instruction, files}) => `${step} ${instruction} ${files ?? '-'}`),
		['5 CMD ["make"] -', '4 RUN make 2', '3 ENV A=1 -', '2 COPY a b 1', 'base CMD ["sh"] -', 'base ADD rootfs.tar / 1'],
	);
	t.is(rows[0]?.created, created);
	t.is(rows[0]?.size, undefined);
});

test('an image from elsewhere shows what its history says', async t => {
	const root = await filledStore(t, async store => {
		const layers = [await storeLayer(store, {a: 'a'})];
		const history = [
			{created_by: '/bin/sh -c #(nop) ADD file:1 in / '},
			{created_by: '/bin/sh -c #(nop)  CMD ["sh"]', empty_layer: true},
		];
		await store.images.tag(storeImage(store, {layers, history}).descriptor, 'alpine:latest');
	});

	t.deepEqual(
		(await imageHistory('alpine', {root})).map(({step, instruction}) => `${step} ${instruction}`),
		['2 CMD ["sh"]', '1 ADD file:1 in /'],
	);
	t.is((await inspectImage('alpine', {root})).layers[0]?.step, 'ADD file:1 in /');
});

test('raw documents are the bytes that their digests are of', async t => {
	const {root, image} = await built(t);

	t.is(digestOf(await rawImage('app', 'manifest', {root})), image.descriptor.digest);
	t.is(digestOf(await rawImage('app', 'config', {root})), image.manifest.config.digest);
	await t.throwsAsync(rawImage('app', 'index', {root}), {code: 'NOT_AN_INDEX'});
});

test('of several platforms the one asked for is shown', async t => {
	const root = await filledStore(t, async store => {
		const [amd64, arm64] = [storeImage(store), storeImage(store, {platform: 'linux/arm64'})];
		await store.images.tag(storeIndex(store, {'linux/amd64': amd64, 'linux/arm64/v8': arm64}), 'app:1');
	});

	t.is((await inspectImage('app:1', {root, platform: 'linux/arm64'})).platform, 'linux/arm64');
	t.is((await inspectImage('app:1', {root, platform: 'amd64'})).platform, 'linux/amd64');
	const error = await t.throwsAsync(inspectImage('app:1', {root, platform: 'linux/s390x'}), {code: 'PLATFORM_MISSING'});
	t.is(error?.message, 'app:1 has no image for linux/s390x');
});

test('the digest of a platform means that platform, to all who read, name or save', async t => {
	const found: Digest[] = [];
	const root = await filledStore(t, async store => {
		const [amd64, arm64] = [storeImage(store), storeImage(store, {platform: 'linux/arm64'})];
		const index = storeIndex(store, {'linux/amd64': amd64, 'linux/arm64': arm64});
		await store.images.tag(index, 'app:1');
		found.push(amd64.descriptor.digest, arm64.descriptor.digest);
	});
	for (const digest of found) {
		t.is(digestOf(await rawImage(digest, 'manifest', {root})), digest);
		t.is((await tagImage(digest, 'x:1', {root})).digest, digest);
		await removeImage('x:1', {root});
		const saved = await saveImages([digest], {root, dest: join(root, 'tmp/out.tar'), format: 'oci-archive'});
		t.deepEqual(saved.digests, [digest]);
		const error = await t.throwsAsync(removeImage(digest, {root}), {code: 'PART_OF_INDEX', instanceOf: UsageError});
		t.is(error?.help[0], 'all of it: strata rmi app:1');
	}
	await t.throwsAsync(inspectImage(found[1] ?? '', {root, platform: 'linux/amd64'}), {code: 'PLATFORM_MISSING'});
	t.is((await images({root})).length, 1);
});

const instructions: readonly (readonly [string, string])[] = [
	['RUN /bin/sh -c apk add redis # buildkit', 'RUN apk add redis'],
	['RUN |1 VERSION=1 /bin/sh -c make # buildkit', 'RUN make'],
	['/bin/sh -c apt-get update', 'RUN apt-get update'],
	['|2 A=1 B=2 /bin/sh -c make all', 'RUN make all'],
	['/bin/sh -c #(nop)  CMD ["sh"]', 'CMD ["sh"]'],
	['/bin/sh -c #(nop) COPY dir:1 in /srv ', 'COPY dir:1 in /srv'],
	['COPY a b # buildkit', 'COPY a b'],
	['CMD ["redis-server"]', 'CMD ["redis-server"]'],
	['', ''],
];

for (const [createdBy, instruction] of instructions) {
	test(`created_by ${JSON.stringify(createdBy)} is shown as ${JSON.stringify(instruction)}`, t => {
		t.is(instructionOf({created_by: createdBy}), instruction);
	});
}
