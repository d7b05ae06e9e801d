import test from 'ava';
import {stepCache} from '../../lib/build/cache.ts';
import {digestOf} from '../../lib/oci/digest.ts';
import type {StepRecord} from '../../lib/store/store.ts';
import {memoryStore} from '../helpers/memory-store.ts';

const parent = digestOf('parent');
const record = {slot: {file: 'Dockerfile', stage: 's', label: '2/2', text: 'RUN x'}, parent, created: 'first'};
const fields = {kind: 'run'};

function kept(store: ReturnType<typeof memoryStore>, why: 'none' | 'refused', more: Partial<StepRecord> = {}) {
	stepCache(store, () => why).keep(fields, {...record, ...more}, false);
}

test('a step made for want of ids is done again once there are some, and its record gives way', async t => {
	const store = memoryStore();
	kept(store, 'none', {oneId: 'none'});

	const before = await stepCache(store, () => 'none').find(fields, parent);
	const after = await stepCache(store, () => 'refused').find(fields, parent);
	kept(store, 'refused', {created: 'second'});

	t.is(before?.record.created, 'first');
	t.is(after, undefined);
	t.is((await stepCache(store, () => 'refused').find(fields, parent))?.record.created, 'second');
});

test('where ids are given but do not work, a step is done once', t => {
	const store = memoryStore();
	kept(store, 'refused', {oneId: 'refused'});

	t.truthy(stepCache(store, () => 'refused').find(fields, parent));
	t.is(stepCache(store, () => 'none').find(fields, parent), undefined);
});
