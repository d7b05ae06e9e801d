import {execFileSync} from 'node:child_process';
import {statSync} from 'node:fs';
import test, {type ExecutionContext} from 'ava';
import {diffImages} from '../../lib/catalog/diff.ts';
import {imageHistory} from '../../lib/catalog/history.ts';
import {images} from '../../lib/catalog/images.ts';
import {inspectImage} from '../../lib/catalog/inspect.ts';
import {prune} from '../../lib/catalog/prune.ts';
import {usage} from '../../lib/catalog/usage.ts';
import {containerChanges} from '../../lib/container/changes.ts';
import {commitContainer} from '../../lib/container/commit.ts';
import {containers} from '../../lib/container/list.ts';
import {register} from '../../lib/container/register.ts';
import {removeContainer} from '../../lib/container/remove.ts';
import {type DiffID, hexOf} from '../../lib/oci/digest.ts';
import type {Layer} from '../../lib/oci/image.ts';
import {type ContainerRecord, containerLock, containersKind} from '../../lib/store/containers.ts';
import {openStore} from '../../lib/store/open.ts';
import type {Store} from '../../lib/store/store.ts';
import {filledStore} from '../helpers/catalog.ts';
import {testWith} from '../helpers/programs.ts';
import {storeImage, storeLayer} from '../helpers/stored-image.ts';

const judged = testWith(['skopeo']);
const config = {Env: ['PATH=/bin', 'NAME=world'], Cmd: ['sh'], WorkingDir: '/'};

/** Keeps a container of `base`, whose program changed the files of `layer`. */
function keep(store: Store, id: string, layer: Layer | undefined, more: Partial<ContainerRecord> = {}): void {
	const {descriptor} = store.images.find('base:latest') ?? {};
	if (!descriptor) throw new Error('there is no base');
	const record: ContainerRecord = {
		id,
		name: id,
		image: {name: 'base', manifest: descriptor},
		argv: ['sh'],
		config,
		created: `2026-01-02T03:04:0${id[0]}Z`,
		...(layer ? {end: {at: '2026-01-02T04:00:00Z', exitCode: 3, layer}} : {}),
		...more,
	};
	store.records(containersKind).put(id, record);
}

/** 1111: changed a file; 2222: changed nothing; 3333: lost. */
async function setUp(t: ExecutionContext): Promise<string> {
	return filledStore(t, async store => {
		const below = await storeLayer(store, {base: 'base'});
		await store.images.tag(
			storeImage(store, {layers: [below], config: {Cmd: ['/hello'], OnBuild: ['RUN x']}}).descriptor,
			'base:latest',
		);
		const [changed, nothing] = [await storeLayer(store, {new: 'new'}), await storeLayer(store, {})];
		const entry = {path: 'new', type: 'file', mode: 0o644, uid: 0, gid: 0, size: 3, mtime: 0};
		store.records('tocs').put(hexOf(changed.diffID), [entry]);
		keep(store, '1111', changed, {name: 'try'});
		keep(store, '2222', nothing);
		keep(store, '3333', undefined);
	});
}

test('a commit is the image, one layer more, and the config of the container with its changes', async t => {
	const root = await setUp(t);

	const changes = ['CMD ["redis-server"]', 'ENV GREETING="hello $NAME"'];
	const made = await commitContainer('try', {root, name: 'redis', changes, author: 'me', message: 'by hand'});

	const image = await inspectImage('redis', {root});
	t.deepEqual([made.id, made.digest, made.names], [image.id, image.digest, ['redis:latest']]);
	t.is(image.layers.length, 2);
	t.deepEqual(image.config.config, {
		...config,
		Env: [...config.Env, 'GREETING=hello world'],
		Cmd: ['redis-server'],
		ArgsEscaped: true,
	});
	t.is(image.config.author, 'me');
	t.like(image.config.history?.at(-1), {created_by: 'sh', author: 'me', comment: 'by hand'});
	t.is(image.base?.digest, (await inspectImage('base', {root})).digest);
	const [row] = await imageHistory('redis', {root});
	t.like(row, {step: '2', instruction: 'sh'});
});

test('of what changed nothing the commit has no layer (docker commit)', async t => {
	const root = await setUp(t);

	await commitContainer('2222', {root, name: 'same'});

	const image = await inspectImage('same', {root});
	t.is(image.layers.length, 1);
	t.true(image.config.history?.at(-1)?.empty_layer);
});

test('a container whose table of contents is gone is committed with its layer', async t => {
	const root = await setUp(t);
	{
		await using store = await openStore(root);
		const {end} = store.records<ContainerRecord>(containersKind).get('1111') as ContainerRecord;
		store.records('tocs').delete(hexOf(end?.layer.diffID as DiffID));
	}

	await commitContainer('try', {root, name: 'redis'});

	t.is((await inspectImage('redis', {root})).layers.length, 2);
});

test('a commit without a name can be reached by its id', async t => {
	const root = await setUp(t);

	const {id, names} = await commitContainer('111', {root});

	t.deepEqual(names, []);
	t.true((await images({root})).some(image => image.id === id && image.repository === undefined));
});

judged('skopeo reads what was committed', async t => {
	const root = await setUp(t);

	const {digest} = await commitContainer('try', {root, name: 'redis', changes: ['CMD ["redis-server"]']});

	const seen = JSON.parse(execFileSync('skopeo', ['inspect', `oci:${root}:redis:latest`], {encoding: 'utf8'}));
	t.is(seen.Digest, digest);
	t.is(seen.Layers.length, 2);
});

test('what cannot be committed is said', async t => {
	const root = await setUp(t);

	for (const [text, options, code] of [
		['nobody', {}, 'CONTAINER_UNKNOWN'],
		['tri', {}, 'CONTAINER_UNKNOWN'],
		['3333', {}, 'CONTAINER_LOST'],
		['try', {name: 'No Name'}, 'NAME_GRAMMAR'],
		['try', {changes: ['RUN make']}, 'BAD_CHANGE'],
	] as const) {
		const error = await t.throwsAsync(commitContainer(text, {root, ...options}));
		t.like(error, {name: 'UsageError', code}, text);
		t.true(((error as {help?: readonly string[]}).help ?? []).length > 0);
	}
	t.is((await images({root})).length, 1);
});

test('containers are listed newest first, and those that have ended only if asked for', async t => {
	const root = await setUp(t);
	await using store = await openStore(root);
	await using _ = await store.lock(containerLock('4444'));
	keep(store, '4444', undefined);

	t.deepEqual(
		(await containers({root, all: true})).map(({id, name, state, exitCode}) => [id, name, state, exitCode]),
		[
			['4444', '4444', 'running', undefined],
			['3333', '3333', 'lost', undefined],
			['2222', '2222', 'ended', 3],
			['1111', 'try', 'ended', 3],
		],
	);
	t.deepEqual(
		(await containers({root})).map(({id}) => id),
		['4444'],
	);
	for (const work of [removeContainer('4444', {root}), commitContainer('4444', {root})])
		t.like(await t.throwsAsync(work), {code: 'CONTAINER_RUNS'});
});

test('a name belongs to one container; one that was lost leaves it', async t => {
	const root = await setUp(t);
	await using store = await openStore(root);
	const {end: _, ...kept} = store.records<ContainerRecord>(containersKind).get('1111') as ContainerRecord;
	const record = (name: string) => ({...kept, id: '5555', name}) as ContainerRecord;

	t.like(await t.throwsAsync(register(record('try'), store)), {code: 'NAME_TAKEN', help: ['remove it: strata rm try']});
	{
		await using _ = await register(record('3333'), store);
		t.deepEqual(
			(await containers({root})).map(({name}) => name),
			['3333'],
		);
	}
	t.deepEqual(
		(await containers({root, all: true})).map(({id}) => id),
		['2222', '1111'],
		'what was not kept is forgotten',
	);
});

test('a container that ends while its name is asked for is not taken for lost', async t => {
	const root = await setUp(t);
	await using store = await openStore(root);
	const records = store.records<ContainerRecord>(containersKind);
	const {end, ...kept} = records.get('1111') as ContainerRecord;
	const running = await store.lock(containerLock('3333'));
	const ending: Store = {
		...store,
		tryLock(key, mode) {
			records.put('3333', {...kept, id: '3333', name: '3333', ...(end && {end})});
			void running[Symbol.asyncDispose]();
			return store.tryLock(key, mode);
		},
	};

	const work = register({...kept, id: '5555', name: '3333'}, ending);

	t.like(await t.throwsAsync(work), {code: 'NAME_TAKEN', help: ['remove it: strata rm 3333']});
	t.like(records.get('3333'), {end: {exitCode: 3}});
});

test('who only looks whether a container runs is not taken for who runs it', async t => {
	const root = await setUp(t);
	await using store = await openStore(root);
	await using _ = await store.lock(containerLock('3333'), {mode: 'shared'});

	t.deepEqual(await containers({root}), []);
});

test('only its owner reads what a container is said to have in its environment', async t => {
	const root = await setUp(t);
	await using store = await openStore(root);
	const records = store.records<ContainerRecord>(containersKind);
	const {end, ...kept} = records.get('1111') as ContainerRecord;
	const modes: number[] = [];
	const look = () => modes.push(statSync(records.pathOf('5555')).mode & 0o777);
	{
		await using registered = await register({...kept, id: '5555', name: '5555'}, store);
		look();
		registered.answer('socket');
		look();
		if (end) registered.keep(end);
	}
	look();

	t.deepEqual(modes, [0o600, 0o600, 0o600]);
});

test('a container that is kept is counted, holds its image and its layer, and goes with prune -a', async t => {
	const root = await setUp(t);
	{
		await using store = await openStore(root);
		await store.images.untag('base:latest');
	}
	const kept = async () => (await containers({root, all: true})).map(({id}) => id);

	t.like(
		(await usage({root})).find(({what}) => what === 'containers'),
		{count: 3},
	);
	await prune({root});
	t.deepEqual(await kept(), ['2222', '1111'], 'what was lost goes');
	await commitContainer('try', {root, name: 'redis'});
	t.is((await inspectImage('redis', {root})).layers.length, 2);

	await prune({root, all: true});
	t.deepEqual(await kept(), []);
	t.is(
		(await usage({root})).find(({what}) => what === 'containers'),
		undefined,
	);
});

test('what is removed is forgotten', async t => {
	const root = await setUp(t);

	t.is(await removeContainer('try', {root}), 'try');
	t.is(await removeContainer('33', {root}), '3333');

	t.deepEqual(
		(await containers({root, all: true})).map(({id}) => id),
		['2222'],
	);
});

test('what a container changed is told as docker diff does', async t => {
	const root = await setUp(t);
	{
		await using store = await openStore(root);
		const below = (await inspectImage('base', {root})).layers[0]?.diffID;
		const file = {type: 'file', mode: 0o644, uid: 0, gid: 0, size: 3, mtime: 0};
		const folder = {...file, type: 'directory', mode: 0o755, size: 0};
		const record = store.records<ContainerRecord>(containersKind).get('1111');
		store.records('tocs').put(hexOf(below as DiffID), [
			{...folder, path: 'etc'},
			{...file, path: 'etc/group'},
			{...folder, path: 'old'},
			{...file, path: 'old/file'},
		]);
		store.records('tocs').put(hexOf(record?.end?.layer.diffID as DiffID), [
			{...folder, path: 'etc'},
			{...file, type: 'whiteout', path: 'etc/group'},
			{...file, path: 'made'},
			{...file, type: 'whiteout', path: 'old'},
		]);
	}

	t.deepEqual(await containerChanges('try', {root}), [
		{path: '/etc', change: 'changed'},
		{path: '/etc/group', change: 'removed'},
		{path: '/made', change: 'added'},
		{path: '/old', change: 'removed'},
	]);
	t.deepEqual(await containerChanges('2222', {root}), []);
	t.like(await t.throwsAsync(containerChanges('3333', {root})), {code: 'CONTAINER_LOST'});
});

test('what was committed differs from its image by its files and its config', async t => {
	const root = await setUp(t);
	await commitContainer('try', {root, name: 'redis', changes: ['CMD ["redis-server"]']});

	const found = await diffImages('base', 'redis', {root});

	t.like(found.files, [{path: 'new', change: 'added'}]);
	t.deepEqual(
		found.config.map(({field}) => field),
		['ArgsEscaped', 'Cmd', 'Env.NAME', 'Env.PATH', 'OnBuild', 'WorkingDir'],
	);
	const same = await diffImages('redis', 'redis', {root});
	t.deepEqual([same.files, same.config], [[], []]);
	t.like(await t.throwsAsync(diffImages('base', 'reddis', {root})), {code: 'IMAGE_UNKNOWN'});
});
