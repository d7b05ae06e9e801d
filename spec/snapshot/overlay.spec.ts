import test from 'ava';
import {found, testSnapshotter} from './conformance.ts';

testSnapshotter('overlay');

test('overlay: 300 layers are stacked: the kernel takes one page of options', async t => {
	t.is(await found(t, 'overlay', 'deep'), 300);
});

test('overlay: more layers than the kernel stacks are an error before anything is unpacked', async t => {
	t.deepEqual(await found(t, 'overlay', 'tooDeep'), {
		error: 'RUN cannot start on 500 layers: the kernel stacks at most 499',
		unpacked: [],
	});
});

test('overlay: a directory that a layer only implies keeps the time it has below', async t => {
	t.like(await found(t, 'overlay', 'inherits'), {mtimeMs: 2_000_000});
});
