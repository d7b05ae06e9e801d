import {createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {PassThrough} from 'node:stream';
import test, {type ExecutionContext} from 'ava';
import {copyImage} from '../../lib/catalog/copy.ts';
import {images} from '../../lib/catalog/images.ts';
import {importImage} from '../../lib/catalog/import.ts';
import {loadImages} from '../../lib/catalog/load.ts';
import {pushImage} from '../../lib/catalog/push.ts';
import {removeImage} from '../../lib/catalog/rename.ts';
import {exportImage, saveImages} from '../../lib/catalog/save.ts';
import {AbortedError, StoreError, UsageError} from '../../lib/errors.ts';
import {type Digest, hexOf} from '../../lib/oci/digest.ts';
import {formatPlatform, hostPlatform} from '../../lib/oci/platform.ts';
import type {Store} from '../../lib/store/store.ts';
import {filledStore} from '../helpers/catalog.ts';
import {folderFor} from '../helpers/folder.ts';
import {file, special} from '../helpers/layer.ts';
import {output, testWith} from '../helpers/programs.ts';
import {storeEntries, storeImage, storeIndex} from '../helpers/stored-image.ts';
import {treeOfFolder} from '../helpers/tree-value.ts';

async function fill(store: Store): Promise<void> {
	const shared = await storeEntries(store, [file('a', 'a'), file('b', 'b')]);
	const app = storeImage(store, {
		layers: [shared, await storeEntries(store, [special('a', 'whiteout'), file('c', 'c')])],
	});
	await store.images.tag(app.descriptor, 'app:latest');
	await store.images.tag(app.descriptor, 'app:1');
	await store.images.tag(storeImage(store, {layers: [shared], config: {Cmd: ['sh']}}).descriptor, 'other:2');
}

async function setUp(t: ExecutionContext) {
	const root = await filledStore(t, fill);
	const folder = await folderFor(t);
	return {root, folder, at: (name: string) => join(folder, name), other: join(folder, 'store')};
}

const namesIn = async (root: string) =>
	(await images({root})).map(({repository, tag, digest}) => `${repository}:${tag} ${digest}`).sort();

for (const format of ['docker-archive', 'oci-archive'] as const) {
	test(`IMG-3: several images saved as ${format} come back with their names and digests`, async t => {
		const {root, at, other} = await setUp(t);

		await saveImages(['app', 'other:2', 'app:1'], {root, dest: at('save.tar'), format});
		const loaded = await loadImages(at('save.tar'), {root: other});

		t.deepEqual(await namesIn(other), await namesIn(root));
		t.deepEqual(
			loaded.map(({names}) => names),
			[['app:latest', 'app:1'], ['other:2']],
		);
	});
}

test('an image is saved with the name that it is called by, and by its id without one', async t => {
	const {root, at, other} = await setUp(t);
	const [{id = ''} = {}] = await images({root, name: 'app:1'});

	await saveImages([id.slice(0, 20)], {root, dest: at('save.tar')});
	const [loaded] = await loadImages(createReadStream(at('save.tar')), {root: other});

	t.deepEqual(loaded?.names, []);
});

test('oci-dir is a layout, and appended to', async t => {
	const {root, at} = await setUp(t);

	await saveImages(['app:1'], {root, dest: at('out'), format: 'oci-dir'});
	await saveImages(['other:2'], {root, dest: at('out'), format: 'oci-dir'});

	const {manifests} = JSON.parse(readFileSync(at('out/index.json'), 'utf8')) as {manifests: unknown[]};
	t.is(manifests.length, 2);
	const error = await t.throwsAsync(saveImages(['app'], {root, dest: new PassThrough(), format: 'oci-dir'}));
	t.is((error as UsageError).code, 'NEEDS_FOLDER');
});

test('images without names lie in one oci-dir side by side', async t => {
	const {root, at} = await setUp(t);
	const [app, other] = (await images({root})).filter(({tag}) => tag !== 'latest');

	await saveImages([app?.id ?? '', other?.id ?? ''], {root, dest: at('out'), format: 'oci-dir'});

	const {manifests} = JSON.parse(readFileSync(at('out/index.json'), 'utf8')) as {manifests: {digest: string}[]};
	t.deepEqual(manifests.map(({digest}) => digest).sort(), [app?.digest ?? '', other?.digest ?? ''].sort());
});

test('IMG-3: a folder that is a layout is loaded, and stays as it is; another folder is refused', async t => {
	const {root, at, other, folder} = await setUp(t);
	await saveImages(['app:1', 'other:2'], {root, dest: at('out'), format: 'oci-dir'});
	const before = treeOfFolder(at('out'));

	const loaded = await loadImages(at('out'), {root: other});

	t.deepEqual(loaded.map(({names}) => names).sort(), [['app:1'], ['other:2']]);
	t.deepEqual(treeOfFolder(at('out')), before);
	t.deepEqual(readdirSync(join(other, 'tmp')), []);
	await t.throwsAsync(loadImages(folder, {root: other}), {instanceOf: UsageError, code: 'BAD_ARCHIVE'});
	const manifest = join(at('out'), 'blobs/sha256', hexOf(loaded[0]?.digest ?? ('' as Digest)));
	rmSync(manifest);
	writeFileSync(manifest, '{}');
	await t.throwsAsync(loadImages(at('out'), {root: other}), {instanceOf: UsageError, code: 'BAD_ARCHIVE'});
});

test('an image that is not there is said, and no file is left', async t => {
	const {root, at} = await setUp(t);

	await t.throwsAsync(saveImages(['app', 'nope'], {root, dest: at('save.tar')}), {instanceOf: UsageError});

	t.false(existsSync(at('save.tar')));
});

test('removed and loaded again, an image is what it was', async t => {
	const {root, at} = await setUp(t);
	const before = await namesIn(root);
	await saveImages(['app', 'app:1'], {root, dest: at('save.tar')});
	for (const name of ['app', 'app:1']) await removeImage(name, {root});

	await loadImages(at('save.tar'), {root});

	t.deepEqual(await namesIn(root), before);
});

testWith(['tar'])('IMG-3: export writes the merged files of an image', async t => {
	const {root, at} = await setUp(t);

	await exportImage('app', {root, dest: at('root.tar')});

	mkdirSync(at('files'));
	output('tar', '-xf', at('root.tar'), '-C', at('files'));
	t.deepEqual(treeOfFolder(at('files')), {b: '644 b', c: '644 c'});
});

testWith(['tar'])('of several platforms export takes the one that is asked for', async t => {
	const {at} = await setUp(t);
	const root = await filledStore(t, async store => {
		const layers = async (text: string) => [await storeEntries(store, [file(text)])];
		const index = storeIndex(store, {
			'linux/amd64': storeImage(store, {layers: await layers('amd64')}),
			'linux/arm64': storeImage(store, {layers: await layers('arm64'), platform: 'linux/arm64'}),
		});
		await store.images.tag(index, 'app:1');
	});

	await exportImage('app:1', {root, dest: at('root.tar'), platform: 'linux/arm64'});

	t.is(output('tar', '-tf', at('root.tar')), 'arm64\n');
});

/** An index for this machine and another, under the name app:1. */
async function indexed(t: ExecutionContext) {
	const digests: Record<string, Digest> = {};
	const [own, foreign] = [formatPlatform(hostPlatform()), 'linux/s390x'];
	const root = await filledStore(t, async store => {
		const layers = async (text: string) => [await storeEntries(store, [file(text)])];
		const [mine, other] = [
			storeImage(store, {layers: await layers('own'), platform: own}),
			storeImage(store, {layers: await layers('foreign'), platform: foreign}),
		];
		const index = storeIndex(store, {[own]: mine, [foreign]: other});
		Object.assign(digests, {mine: mine.descriptor.digest, other: other.descriptor.digest, index: index.digest});
		await store.images.tag(index, 'app:1');
	});
	return {root, foreign, digests};
}

test('an archive of docker has one platform: what is left out is said, and the digest is that of what is in it', async t => {
	const {root, foreign, digests} = await indexed(t);
	const {at} = await setUp(t);

	const saved = await saveImages(['app:1'], {root, dest: at('one.tar')});
	const whole = await saveImages(['app:1'], {root, dest: at('all.tar'), format: 'oci-archive'});
	const copied = await copyImage(`oci-archive:${at('all.tar')}`, `docker-archive:${at('copy.tar')}`, {root});

	t.deepEqual(saved.digests as readonly unknown[], [digests.mine]);
	t.deepEqual(saved.leftOut, [{image: 'app:1', platforms: [foreign], attestations: 0}]);
	t.deepEqual([whole.digests as readonly unknown[], whole.leftOut], [[digests.index], undefined]);
	t.like(copied, {digest: digests.mine, leftOut: {platforms: [foreign], attestations: 0}});
});

test('an index of which only some images were loaded can be saved as it is, and is not pushed', async t => {
	const {at, other, folder} = await setUp(t);
	const {root, digests} = await indexed(t);
	rmSync(join(root, 'blobs/sha256', hexOf(digests.other as Digest)));

	for (const format of ['docker-archive', 'oci-archive', 'oci-dir'] as const) {
		await saveImages(['app:1'], {root, dest: join(folder, format), format});
	}
	await loadImages(at('oci-archive'), {root: other});

	t.is((await images({root: other}))[0]?.digest, digests.index);
	const error = await t.throwsAsync(pushImage('app:1', 'localhost:1/app', {root}), {instanceOf: StoreError});
	t.is(error?.notes[0], `missing: ${digests.other} for linux/s390x`);
});

test('a file that cannot be read is named with its reason', async t => {
	const {root, at} = await setUp(t);

	for (const [path, reason] of [[at('none.tar'), 'it is not there']] as const) {
		const error = await t.throwsAsync(loadImages(path, {root}), {instanceOf: UsageError});
		t.is(error?.message, `cannot read ${path}: ${reason}`);
	}
});

test('what is stopped says so, and leaves nothing beside the file, nor in the store', async t => {
	const {root, at, folder, other} = await setUp(t);
	await saveImages(['app'], {root, dest: at('app.tar')});
	await exportImage('app', {root, dest: at('root.tar')});
	const reason = new AbortedError('ABORTED', 'enough');
	const [before, signal] = [readdirSync(folder), AbortSignal.abort(reason)];

	const stopped = [
		saveImages(['app'], {root, dest: at('new.tar'), signal}),
		saveImages(['app'], {root, dest: at('new'), format: 'oci-dir', signal}),
		exportImage('app', {root, dest: at('new.tar'), signal}),
		loadImages(at('app.tar'), {root: other, signal}),
		importImage(at('root.tar'), {root: other, signal}),
		copyImage(`docker-archive:${at('app.tar')}`, `oci-archive:${at('new.tar')}`, {root: other, signal}),
	];

	for (const work of stopped) t.is(await t.throwsAsync(work), reason);
	t.deepEqual(
		readdirSync(folder).filter(name => !['new', 'store'].includes(name)),
		before,
	);
	for (const place of [root, other]) t.deepEqual(readdirSync(join(place, 'tmp')), []);
	t.deepEqual(readdirSync(join(other, 'blobs/sha256')), []);
});
