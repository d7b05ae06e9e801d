import {existsSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {type Bytes, collect} from '../../lib/bytes.ts';
import {StoreError} from '../../lib/errors.ts';
import {digestOf} from '../../lib/oci/digest.ts';
import type {Descriptor} from '../../lib/oci/image.ts';
import {ociManifest} from '../../lib/oci/media-types.ts';
import {DigestMismatchError} from '../../lib/oci/verify.ts';
import type {BlobStore, Store} from '../../lib/store/store.ts';
import {folderFor} from '../helpers/folder.ts';

type Make<T> = (t: ExecutionContext) => T | Promise<T>;

/** The descriptor of a text. */
export function descriptorOf(content: string, mediaType = 'text/plain'): Descriptor {
	return {mediaType, digest: digestOf(content), size: Buffer.byteLength(content)};
}

/** A text in pieces. */
export async function* bytes(...texts: readonly string[]): Bytes {
	for (const text of texts) yield Buffer.from(text);
}

/** What every BlobSource that is a BlobSink too must do. A new one needs one file that calls this. */
export function testBlobs(name: string, make: Make<Pick<BlobStore, 'has' | 'open' | 'put' | 'add'>>) {
	const hello = descriptorOf('hello');

	test(`${name}: gives back what was put`, async t => {
		const blobs = await make(t);

		await blobs.put(hello, bytes('hel', '', 'lo'));

		t.true(blobs.has(hello.digest));
		t.true(blobs.has(hello.digest, 5));
		t.is((await collect(blobs.open(hello))).toString(), 'hello');
	});

	test(`${name}: has not what was not put`, async t => {
		const blobs = await make(t);

		t.false(blobs.has(hello.digest));
		await t.throwsAsync(collect(blobs.open(hello)), {instanceOf: StoreError, code: 'BLOB_MISSING'});
	});

	test(`${name}: a blob of another size is not the one asked for`, async t => {
		const blobs = await make(t);
		await blobs.put(hello, bytes('hello'));

		t.false(blobs.has(hello.digest, 6));
		await t.throwsAsync(collect(blobs.open({...hello, size: 6})), {instanceOf: DigestMismatchError});
	});

	test(`${name}: refuses content whose digest differs, and keeps nothing of it`, async t => {
		const blobs = await make(t);

		const error = await t.throwsAsync(blobs.put(hello, bytes('help!')), {instanceOf: DigestMismatchError});

		t.is(error.received, digestOf('help!'));
		t.false(blobs.has(hello.digest));
		t.false(blobs.has(digestOf('help!')));
	});

	test(`${name}: refuses content that is too short or too long`, async t => {
		const blobs = await make(t);

		await t.throwsAsync(blobs.put(hello, bytes('hell')), {instanceOf: DigestMismatchError});
		await t.throwsAsync(blobs.put(hello, bytes('hello', '!')), {instanceOf: DigestMismatchError});
		t.false(blobs.has(hello.digest));
	});

	test(`${name}: passes on why content broke off, and keeps nothing of it`, async t => {
		const blobs = await make(t);
		const broken = new Error('the line is dead');

		async function* content() {
			yield Buffer.from('hel');
			throw broken;
		}

		t.is(await t.throwsAsync(blobs.put(hello, content())), broken);
		t.false(blobs.has(hello.digest));
	});

	test(`${name}: putting what is there reads nothing`, async t => {
		const blobs = await make(t);
		await blobs.put(hello, bytes('hello'));

		await blobs.put(
			hello,
			// biome-ignore lint/correctness/useYield: it must not come that far
			(async function* () {
				t.fail('the content was read');
			})(),
		);

		t.is((await collect(blobs.open(hello))).toString(), 'hello');
	});

	test(`${name}: the same blob may be put many times at once`, async t => {
		const blobs = await make(t);

		await Promise.all(Array.from({length: 8}, () => blobs.put(hello, bytes('he', 'llo'))));

		t.is((await collect(blobs.open(hello))).toString(), 'hello');
	});

	test(`${name}: adds bytes at hand under their digest`, async t => {
		const blobs = await make(t);

		const descriptor = blobs.add(Buffer.from('hello'), 'text/plain');

		t.deepEqual(descriptor, hello);
		t.deepEqual(blobs.add(Buffer.from('hello'), 'text/plain'), hello, 'also twice');
		t.is((await collect(blobs.open(hello))).toString(), 'hello');
	});

	test(`${name}: takes an empty blob`, async t => {
		const blobs = await make(t);

		await blobs.put(descriptorOf(''), bytes());

		t.is((await collect(blobs.open(descriptorOf('')))).length, 0);
	});
}

/** What the records, images and locks of every Store must do. */
export function testStore(name: string, make: Make<Store>) {
	test(`${name}: a record is what was put last, or undefined`, async t => {
		const records = (await make(t)).records<{n: number}>('steps');

		records.put('a/b', {n: 1});
		records.put('a/b', {n: 2});

		t.deepEqual(records.get('a/b'), {n: 2});
		t.is(records.get('a/c'), undefined);
	});

	test(`${name}: a finished file becomes a record`, async t => {
		const records = (await make(t)).records<{n: number}>('steps');
		const file = join(await folderFor(t), 'finished');
		writeFileSync(file, '{"n":2}');
		records.put('a/b', {n: 1});

		records.adopt('a/b', file);

		t.deepEqual(records.get('a/b'), {n: 2});
		t.false(existsSync(file));
	});

	test(`${name}: records are listed by the beginning of their keys`, async t => {
		const records = (await make(t)).records('steps');
		for (const key of ['ab', 'a/b', 'a/bc', 'a/d/e', 'x']) records.put(key, 0);

		t.deepEqual([...records.keys('a/b')].sort(), ['a/b', 'a/bc']);
		t.deepEqual([...records.keys('a')].sort(), ['a/b', 'a/bc', 'a/d/e', 'ab']);
		t.deepEqual([...records.keys()].sort(), ['a/b', 'a/bc', 'a/d/e', 'ab', 'x']);
		t.deepEqual(records.keys('q/'), []);
	});

	test(`${name}: a record can be deleted, also one that is not there`, async t => {
		const records = (await make(t)).records('steps');
		records.put('a', 1);

		records.delete('a');
		records.delete('a');

		t.is(records.get('a'), undefined);
		t.deepEqual(records.keys(), []);
	});

	test(`${name}: kinds of records do not mix`, async t => {
		const store = await make(t);
		store.records('steps').put('a', 1);

		t.is(store.records('layers').get('a'), undefined);
		t.is(store.records('steps').get('a'), 1);
	});

	test(`${name}: an image has the name it was given last`, async t => {
		const {images} = await make(t);
		const [one, two] = [descriptorOf('one', ociManifest), descriptorOf('two', ociManifest)];

		await images.tag(one, 'app:latest');
		await images.tag(two, 'app:latest');

		t.deepEqual(images.find('app:latest')?.descriptor, two);
		t.deepEqual(
			images.list().map(image => image.name),
			[undefined, 'app:latest'],
		);
		t.true(Date.now() - (images.find('app:latest')?.tagged ?? 0) < 3_600_000);
	});

	test(`${name}: a name is taken away once`, async t => {
		const {images} = await make(t);
		await images.tag(descriptorOf('one', ociManifest), 'app:latest');

		t.true(await images.untag('app:latest'));
		t.false(await images.untag('app:latest'));
		t.deepEqual(images.list(), []);
	});

	test(`${name}: an image is removed under all its names`, async t => {
		const {images} = await make(t);
		const one = descriptorOf('one', ociManifest);
		await images.tag(one, 'app:1');
		await images.tag(one, 'app:2');

		await images.remove(one.digest);

		t.deepEqual(images.list(), []);
	});

	test(`${name}: one at a time has a lock`, async t => {
		const store = await make(t);
		const waited: (number | undefined)[] = [];
		const order: string[] = [];

		const first = await store.lock('key');
		const second = store.lock('key', {onWait: pid => waited.push(pid)}).then(async lock => {
			order.push('second');
			await lock[Symbol.asyncDispose]();
		});
		await using _other = await store.lock('another key');
		order.push('first');
		await first[Symbol.asyncDispose]();
		await second;

		t.deepEqual(order, ['first', 'second']);
		t.deepEqual(waited, [process.pid]);
	});
}
