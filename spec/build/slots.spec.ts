import test from 'ava';
import {slots} from '../../lib/build/slots.ts';

test('no more than so many run at a time, and those that wait are told', async t => {
	const two = slots(2);
	let running = 0;
	let most = 0;
	let waits = 0;
	const work = async () => {
		most = Math.max(most, ++running);
		await new Promise(resolve => setImmediate(resolve));
		running -= 1;
	};

	await Promise.all([1, 2, 3, 4, 5].map(() => two.take(work, () => waits++)));

	t.is(most, 2);
	t.is(waits, 3);
});

test('work that fails gives its slot back', async t => {
	const one = slots(1);

	await t.throwsAsync(one.take(async () => Promise.reject(new Error('no'))));

	t.is(await one.take(async () => 'yes'), 'yes');
});
