import {chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import test from 'ava';
import {StoreError, UsageError} from '../../lib/errors.ts';
import {digestOf, hexOf} from '../../lib/oci/digest.ts';
import {openStore} from '../../lib/store/open.ts';
import {folderFor} from '../helpers/folder.ts';
import {ended, storeProcess} from '../helpers/processes.ts';
import {bytes, descriptorOf, testBlobs, testStore} from './conformance.ts';

testBlobs('blobs of a store', async t => (await openStore(await folderFor(t))).blobs);
testStore('store in a folder', async t => openStore(await folderFor(t)));

test('a new store is an OCI layout', async t => {
	const root = join(await folderFor(t), 'deep/store');

	await using store = await openStore(root);

	t.is(store.root, root);
	t.deepEqual(JSON.parse(readFileSync(join(root, 'oci-layout'), 'utf8')), {imageLayoutVersion: '1.0.0'});
	t.deepEqual(JSON.parse(readFileSync(join(root, 'index.json'), 'utf8')).manifests, []);
	t.deepEqual(readdirSync(join(root, 'blobs')), ['sha256']);
	t.is(readFileSync(join(root, 'format'), 'utf8'), '1\n');
	t.deepEqual(readdirSync(join(root, 'tmp')), []);
});

test('a blob lies where the image layout says, and nobody may write to it, whatever the umask', async t => {
	await using store = await openStore(await folderFor(t));

	t.is(await ended(storeProcess(t, 'add', store.root, 'hello')), 0);

	const path = join(store.root, 'blobs/sha256', hexOf(digestOf('hello')));
	t.is(store.blobs.pathOf(digestOf('hello')), path);
	t.is(statSync(path).mode & 0o777, 0o444);
	t.deepEqual(readdirSync(join(store.root, 'tmp')), []);
});

test('a finished file is taken over as it is', async t => {
	await using store = await openStore(await folderFor(t));
	const path = store.temporary();
	writeFileSync(path, 'hello');

	store.blobs.adopt(path, digestOf('hello'));

	t.false(existsSync(path));
	t.true(store.blobs.has(digestOf('hello'), 5));
	t.is(statSync(store.blobs.pathOf(digestOf('hello'))).mode & 0o777, 0o444);
});

test('refused content leaves no temporary file', async t => {
	await using store = await openStore(await folderFor(t));

	await t.throwsAsync(store.blobs.put(descriptorOf('hello'), bytes('help!')));

	t.deepEqual(readdirSync(join(store.root, 'tmp')), []);
	t.deepEqual(readdirSync(join(store.root, 'blobs/sha256')), []);
});

test('a damaged blob of the wrong size is replaced', async t => {
	await using store = await openStore(await folderFor(t));
	writeFileSync(store.blobs.pathOf(digestOf('hello')), 'hel');

	await store.blobs.put(descriptorOf('hello'), bytes('hello'));

	t.true(store.blobs.has(digestOf('hello'), 5));
});

test('a temporary path is below the store, is free, and names the process', async t => {
	await using store = await openStore(await folderFor(t));

	const [one, two] = [store.temporary(), store.temporary()];

	t.not(one, two);
	t.true(one.startsWith(join(store.root, 'tmp/')));
	t.true(basename(one).startsWith(`${process.pid}-`));
	t.false(existsSync(one));
});

test('what is in a store stays when it is opened again', async t => {
	const root = await folderFor(t);
	{
		await using store = await openStore(root);
		await store.images.tag(descriptorOf('one', 'application/vnd.oci.image.manifest.v1+json'), 'app:latest');
		store.records('steps').put('a', 1);
	}
	await using again = await openStore(root);

	t.is(again.images.find('app:latest')?.descriptor.digest, digestOf('one'));
	t.is(again.records('steps').get('a'), 1);
});

test('what other tools wrote into index.json stays', async t => {
	await using store = await openStore(await folderFor(t));
	const foreign = {...descriptorOf('x', 'application/x'), annotations: {'org.example': 'kept'}};
	const index = {schemaVersion: 2, annotations: {whole: 'kept'}, manifests: [foreign]};
	writeFileSync(join(store.root, 'index.json'), JSON.stringify(index));

	await store.images.tag(descriptorOf('one', 'application/vnd.oci.image.manifest.v1+json'), 'app:latest');

	const after = JSON.parse(readFileSync(join(store.root, 'index.json'), 'utf8'));
	t.deepEqual(after.annotations, {whole: 'kept'});
	t.deepEqual(after.manifests[0], foreign);
	t.deepEqual(
		store.images.list().map(({name}) => name),
		['app:latest'],
		'what is no image is not listed',
	);
});

test('a record that is no JSON counts as absent', async t => {
	await using store = await openStore(await folderFor(t));
	const records = store.records('steps');
	records.put('a', 1);

	writeFileSync(records.pathOf('a'), '{"half');

	t.is(records.get('a'), undefined);
});

test('a key cannot leave its folder', async t => {
	await using store = await openStore(await folderFor(t));

	t.throws(() => store.records('steps').put('../../x', 1), {instanceOf: TypeError});
	t.throws(() => store.records('steps').get('a//b'), {instanceOf: TypeError});
});

test('a root with a colon is refused, because oci:PATH:NAME could not name it', async t => {
	const error = await t.throwsAsync(openStore('/tmp/a:b'), {instanceOf: UsageError});

	t.is(error.message, 'the store cannot lie in /tmp/a:b: its path has a colon');
	t.is(error.exitCode, 2);
	t.false(existsSync('/tmp/a:b'));
});

test('a folder with other things in it is refused, and nothing is written to it', async t => {
	const root = await folderFor(t);
	writeFileSync(join(root, 'thesis.txt'), '');

	const error = await t.throwsAsync(openStore(root), {instanceOf: UsageError});

	t.is(error.message, `${root} is not a store, and not empty`);
	t.deepEqual(readdirSync(root), ['thesis.txt']);
});

test('an OCI layout that another tool made becomes a store', async t => {
	const root = await folderFor(t);
	writeFileSync(join(root, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
	mkdirSync(join(root, 'blobs/sha256'), {recursive: true});
	writeFileSync(join(root, 'index.json'), '{"schemaVersion":2,"manifests":[]}');

	await using store = await openStore(root);

	t.deepEqual(store.images.list(), []);
	t.is(readFileSync(join(root, 'index.json'), 'utf8'), '{"schemaVersion":2,"manifests":[]}');
});

test('a store of a newer format is refused', async t => {
	const root = await folderFor(t);
	await (await openStore(root))[Symbol.asyncDispose]();
	writeFileSync(join(root, 'format'), '3\n');

	const error = await t.throwsAsync(openStore(root), {instanceOf: StoreError, code: 'STORE_FORMAT'});

	t.is(error.message, 'the store has format 3, this strata knows formats up to 1');
	t.deepEqual(error.help, ['upgrade strata, or use another store: --root DIR']);
	t.is(error.exitCode, 6);
});

test('an index.json that is none is told, not overwritten', async t => {
	await using store = await openStore(await folderFor(t));
	writeFileSync(join(store.root, 'index.json'), '{}');

	await t.throwsAsync(store.images.tag(descriptorOf('one'), 'app:latest'), {code: 'INDEX_DAMAGED'});

	t.is(readFileSync(join(store.root, 'index.json'), 'utf8'), '{}');
	t.deepEqual(readdirSync(join(store.root, 'locks')), [], 'and the lock is free again');
});

test('a path through a file is refused in words', async t => {
	const folder = await folderFor(t);
	writeFileSync(join(folder, 'file'), '');
	chmodSync(folder, 0o755);

	const error = await t.throwsAsync(openStore(join(folder, 'file/store')), {instanceOf: StoreError});

	t.is(error.message, 'cannot use the store while opening it: a part of its path is no folder');
});
