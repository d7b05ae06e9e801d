import {once} from 'node:events';
import type {ExecutionContext} from 'ava';
import type {Snapshotter} from '../../lib/snapshot/snapshot.ts';
import {openNamespace} from '../../lib/worker/namespace.ts';
import {without} from '../helpers/programs.ts';
import {unless} from '../helpers/skip.ts';

/** What a case of cases.ts finds. */
export async function found(t: ExecutionContext, kind: Snapshotter['kind'], name: string): Promise<unknown> {
	const {process: child, stderr} = await openNamespace(new URL('./cases.js', import.meta.url));
	t.teardown(() => child.kill('SIGKILL'));
	const ended = once(child, 'exit').then(() => Promise.reject(new Error(`the case ended early: ${stderr()}`)));
	child.send({kind, name});
	const [answer] = (await Promise.race([once(child, 'message'), ended])) as [{found?: unknown; error?: Error}];
	if (answer.error) throw answer.error;
	return answer.found;
}

/** Every snapshotter must pass these. A new one needs one file that calls this. */
export function testSnapshotter(kind: Snapshotter['kind']): void {
	const test = unless(without('unshare', 'setpriv'));
	const stacked = {a: '2', 'd/x': '1', 'd/y': '2'};

	test(`${kind}: a stack shows the highest layer's files, and none that one removes`, async t => {
		t.deepEqual(await found(t, kind, 'stacks'), stacked);
	});

	test(`${kind}: no layers are an empty root filesystem`, async t => {
		t.deepEqual(await found(t, kind, 'scratch'), {});
	});

	test(`${kind}: a directory that a layer only implies looks as it does below`, async t => {
		t.like(await found(t, kind, 'inherits'), {mode: 0o711});
	});

	test(`${kind}: a stack is unpacked once, however many ask at a time`, async t => {
		t.deepEqual(await found(t, kind, 'twice'), {isSame: true, unpacked: ['a=1 b=1 d/ d/x=1', 'a=2 !b d/y=2']});
	});

	test(`${kind}: what a shorter stack unpacked is used by a longer one`, async t => {
		t.deepEqual(await found(t, kind, 'prefix'), ['a=1 b=1 d/ d/x=1', 'a=2 !b d/y=2']);
	});

	test(`${kind}: an unpacking that fails leaves nothing to be believed, and no lock`, async t => {
		t.deepEqual(await found(t, kind, 'broken'), {error: 'broken on purpose', files: stacked, locks: []});
	});

	test(`${kind}: after a new start of the machine layers are unpacked again`, async t => {
		t.deepEqual(await found(t, kind, 'reboots'), {isSame: false, times: 2});
	});

	test(`${kind}: a commit is the changes, and the parent stays as it was`, async t => {
		t.deepEqual(await found(t, kind, 'commits'), {
			changes: ['!a', 'c', 'd/'],
			child: {c: '3', 'd/x': '1', 'd/y': '2'},
			parent: stacked,
		});
	});

	test(`${kind}: what has changed so far can be looked at, any number of times, while it goes on`, async t => {
		t.deepEqual(await found(t, kind, 'looks'), {seen: [[], ['c'], ['!a', 'c']], committed: ['!a', 'c']});
	});

	test(`${kind}: what is not committed is gone`, async t => {
		t.deepEqual(await found(t, kind, 'discards'), {isThere: false, files: stacked});
	});

	test(`${kind}: a remembered snapshot is found by its stack`, async t => {
		t.deepEqual(await found(t, kind, 'remembers'), {isSame: true, unpacked: ['a=1 b=1 d/ d/x=1']});
	});
}
