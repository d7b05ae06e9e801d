import {existsSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {StoreError} from '../../lib/errors.ts';
import {diffIDFromHex, digestOf, hexOf} from '../../lib/oci/digest.ts';
import {lockStoreExclusively} from '../../lib/store/guard.ts';
import {openStore} from '../../lib/store/open.ts';
import type {LayerRecord} from '../../lib/store/store.ts';
import {folderFor} from '../helpers/folder.ts';
import {ended, ready, storeProcess} from '../helpers/processes.ts';
import {descriptorOf} from './conformance.ts';

const four = ['a', 'b', 'c', 'd'];

test('processes that open a new store at once all get it', async t => {
	const root = join(await folderFor(t), 'store');

	const children = four.map(name => storeProcess(t, 'tag', root, name));

	t.deepEqual(await Promise.all(children.map(ended)), [0, 0, 0, 0]);
	await using store = await openStore(root);
	t.is(store.images.list().length, 80, 'no name was lost');
	t.deepEqual(readdirSync(join(root, 'tmp')), []);
	t.deepEqual(readdirSync(join(root, 'locks')), []);
});

test('what is done under a lock is done by one process at a time', async t => {
	await using store = await openStore(await folderFor(t));

	const children = four.map(() => storeProcess(t, 'count', store.root));

	t.deepEqual(await Promise.all(children.map(ended)), [0, 0, 0, 0]);
	t.is(store.records<number>('counters').get('counter'), 80);
});

test('what several processes know of a layer comes together in its record', async t => {
	await using store = await openStore(await folderFor(t));
	const diffID = diffIDFromHex(hexOf(digestOf('tar')));
	const known = four.map(name => ({diffID, blobs: {[name]: descriptorOf(name)}}));

	await Promise.all(known.map(record => ended(storeProcess(t, 'record', store.root, JSON.stringify(record)))));

	const record = store.records<LayerRecord>('layers').get(hexOf(diffID));
	t.deepEqual(Object.keys(record?.blobs ?? {}).sort(), four);
});

test('who waits for a lock learns who has it, and gets it when that process is killed', async t => {
	await using store = await openStore(await folderFor(t));
	const child = storeProcess(t, 'lock', store.root, 'step');
	await ready(child);
	const waited: (number | undefined)[] = [];

	await using _ = await store.lock('step', {
		onWait: pid => {
			waited.push(pid);
			child.kill('SIGKILL');
		},
	});

	t.deepEqual(waited, [child.pid]);
});

test('waiting for a lock can be given up', async t => {
	await using store = await openStore(await folderFor(t));
	await using _ = await store.lock('step');
	const stop = new AbortController();
	const reason = new Error('enough');

	const waiting = store.lock('step', {signal: stop.signal, onWait: () => stop.abort(reason)});

	t.is(await t.throwsAsync(waiting), reason);
});

test('kill -9 in the middle of a blob leaves a store that has nothing of it', async t => {
	await using store = await openStore(await folderFor(t));
	const child = storeProcess(t, 'put', store.root, 'big');
	await ready(child);
	t.is(readdirSync(join(store.root, 'tmp')).length, 1);

	child.kill('SIGKILL');
	await ended(child);

	t.false(store.blobs.has(digestOf('big')));
	t.deepEqual(readdirSync(join(store.root, 'blobs/sha256')), []);
	await using again = await openStore(store.root);
	t.deepEqual(again.images.list(), []);
});

test('a store that is being pruned is not opened, and says by whom', async t => {
	const root = await folderFor(t);
	await (await openStore(root))[Symbol.asyncDispose]();
	const child = storeProcess(t, 'prune', root);
	await ready(child);

	const error = await t.throwsAsync(openStore(root), {instanceOf: StoreError, code: 'STORE_LOCKED'});

	const age = /^the store is locked by strata prune \(process (\d+)\) since \d+\.\ds$/.exec(error.message);
	t.is(age?.[1], String(child.pid));
	t.deepEqual(error.help, ["wait, or end that process; a dead one's lock is taken over by itself"]);
});

test('the lock of a prune that was killed is taken over', async t => {
	const root = await folderFor(t);
	await (await openStore(root))[Symbol.asyncDispose]();
	const child = storeProcess(t, 'prune', root);
	await ready(child);
	child.kill('SIGKILL');
	await ended(child);

	await using store = await openStore(root);

	t.true(existsSync(join(store.root, 'lock')));
});

test('a store that is open is not locked for pruning', async t => {
	const root = await folderFor(t);
	const child = storeProcess(t, 'open', root);
	await ready(child);

	await t.throwsAsync(lockStoreExclusively(root, {patience: 0}), {instanceOf: StoreError, code: 'STORE_IN_USE'});

	child.stdin?.end();
	t.is(await ended(child), 0);
	await using _ = await lockStoreExclusively(root);
});
