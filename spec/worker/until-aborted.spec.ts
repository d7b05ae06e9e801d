import {getEventListeners} from 'node:events';
import test from 'ava';
import {untilAborted} from '../../lib/worker/until-aborted.ts';

test('work that ends in time is what it is', async t => {
	const {signal} = new AbortController();

	t.is(await untilAborted(Promise.resolve('done'), signal), 'done');
	await t.throwsAsync(untilAborted(Promise.reject(new Error('no')), signal), {message: 'no'});
	t.deepEqual(getEventListeners(signal, 'abort'), []);
});

test('work is not waited for once the signal is aborted', async t => {
	const controller = new AbortController();
	const reason = new Error('enough');
	const never = untilAborted(new Promise(() => {}), controller.signal);

	controller.abort(reason);

	t.is(await t.throwsAsync(never), reason);
	t.is(await t.throwsAsync(untilAborted(new Promise(() => {}), controller.signal)), reason);
});
