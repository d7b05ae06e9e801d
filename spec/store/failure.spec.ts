import {execFileSync} from 'node:child_process';
import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {StoreError} from '../../lib/errors.ts';
import {digestOf} from '../../lib/oci/digest.ts';
import {storeFailure} from '../../lib/store/failure.ts';
import {openStore} from '../../lib/store/open.ts';
import type {Store} from '../../lib/store/store.ts';
import {folderFor} from '../helpers/folder.ts';

/** A store on a file system of one megabyte; undefined, with the reason printed, where such a one cannot be mounted. */
async function smallStore(t: ExecutionContext, options = 'size=1m'): Promise<Store | undefined> {
	const root = await folderFor(t);
	try {
		execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', root], {stdio: 'pipe'});
	} catch (error) {
		t.log(`not tested: no tmpfs can be mounted here: ${(error as Error).message.trim()}`);
		t.pass();
		return undefined;
	}
	t.teardown(() => execFileSync('umount', [root]));
	const store = await openStore(root);
	t.teardown(() => store[Symbol.asyncDispose]());
	return store;
}

async function* megabytes(count: number) {
	for (let index = 0; index < count; index++) yield Buffer.alloc(1 << 20);
}

const big = {mediaType: 'text/plain', digest: digestOf(Buffer.alloc(4 << 20)), size: 4 << 20};

test('a full disk is told with what is left of it, and nothing half-written stays', async t => {
	const store = await smallStore(t);
	if (!store) return;

	const error = await t.throwsAsync(store.blobs.put(big, megabytes(4)), {instanceOf: StoreError, code: 'STORE_FULL'});

	t.is(error.message, 'no space left for the store while storing a blob');
	t.regex(error.notes[0] ?? '', /^\d.* of 1\.0 MB free in \/.+$/);
	t.deepEqual(error.notes.slice(1), ['nothing half-written was kept']);
	t.deepEqual(error.help, ['free some: strata prune', 'or another disk: --root DIR']);
	t.deepEqual(readdirSync(join(store.root, 'tmp')), []);
	t.false(store.blobs.has(big.digest));
});

test('a full disk keeps neither a half record nor a half blob at hand, and earlier ones stay whole', async t => {
	const store = await smallStore(t);
	if (!store) return;
	const records = store.records<string>('steps');
	records.put('a', 'small');

	t.throws(() => records.put('a', 'x'.repeat(4 << 20)), {instanceOf: StoreError, code: 'STORE_FULL'});
	t.throws(() => store.blobs.add(Buffer.alloc(4 << 20), 'text/plain'), {instanceOf: StoreError, code: 'STORE_FULL'});

	t.is(records.get('a'), 'small');
	t.deepEqual(readdirSync(join(store.root, 'tmp')), []);
});

test('a store on a read-only disk is told', async t => {
	const store = await smallStore(t);
	if (!store) return;
	await store[Symbol.asyncDispose]();
	execFileSync('mount', ['-o', 'remount,ro', store.root]);

	const error = await t.throwsAsync(openStore(store.root), {instanceOf: StoreError, code: 'STORE_UNUSABLE'});

	t.is(error.message, 'cannot use the store while locking it: its file system is read-only');
	t.deepEqual(error.help, ['another place for it: --root DIR']);
});

test('permission denied is told with the path', t => {
	const cause = Object.assign(new Error('EACCES'), {code: 'EACCES', path: '/store/lock'});

	const error = storeFailure(cause, {root: '/store', doing: 'opening it'});

	t.true(error instanceof StoreError);
	t.is((error as StoreError).message, 'cannot use the store while opening it: permission denied');
	t.deepEqual((error as StoreError).notes, ['EACCES at /store/lock']);
	t.is((error as StoreError).cause, cause);
});

test('an error that is not about the disk stays what it is', t => {
	const error = new Error('a bug');

	t.is(storeFailure(error, {root: '/store', doing: 'opening it'}), error);
});
