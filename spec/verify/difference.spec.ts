import test from 'ava';
import type {BuildEvent} from '../../lib/build/events.ts';
import {type DiffID, digestOf, hexOf} from '../../lib/oci/digest.ts';
import type {TocEntry} from '../../lib/tree/toc.ts';
import {firstDifference, type Trial} from '../../lib/verify/difference.ts';
import {memoryStore} from '../helpers/memory-store.ts';

const steps = [
	['s1', 'FROM base'],
	['s2', 'RUN make'],
	['s3', 'RUN make'],
	['s4', 'RUN then'],
].map(([id, text]) => ({id, text, label: id}));

/** A build whose steps made layers of one file each, modified at these times. */
function trial(times: Readonly<Record<string, number>>): Trial {
	const store = memoryStore();
	const layers = Object.entries(times).map(([step, mtime]) => {
		const digest = digestOf(`${mtime}`);
		const entry: TocEntry = {path: 'a', type: 'directory', mode: 0o755, uid: 0, gid: 0, size: 0, mtime};
		store.records('tocs').put(hexOf(digest as string as DiffID), [entry]);
		return {type: 'layer', step, diffID: digest, digest};
	});
	const events = [{type: 'plan', steps}, ...layers] as unknown as readonly BuildEvent[];
	return {store, events, result: {digest: JSON.stringify(times)} as unknown as Trial['result']};
}

test('the first step in the order of the plan is told, whichever was done first', async t => {
	const found = await firstDifference(trial({s4: 1, s2: 1}), trial({s4: 2, s2: 2}));

	t.is(found?.first?.step.id, 's2');
	t.is(found?.further, undefined);
});

test('of two stages with the same step, the one that did it may be another the second time', async t => {
	const found = await firstDifference(trial({s2: 1, s4: 3}), trial({s3: 2, s4: 3}));

	t.is(found?.first?.step.id, 's2');
});

test('the same image has no difference', async t => {
	t.is(await firstDifference(trial({s2: 1}), trial({s2: 1})), undefined);
});
