import test from 'ava';
import {forEachWord} from '../../lib/cli/each.ts';
import {StoreError, UsageError} from '../../lib/errors.ts';

test('what fails for one word is done for the next, and each failure is told', async t => {
	const {done, error} = await forEachWord(['a', 'b', 'c', 'd'], async word => {
		if (word === 'b') throw new StoreError('GONE', 'no b', {notes: ['it was here'], help: ['look elsewhere']});
		if (word === 'c') throw new UsageError('NONE', 'no c');
		return word.toUpperCase();
	});

	t.deepEqual(done, ['A', 'D']);
	t.true(error instanceof StoreError, 'its exit code is that of the first');
	t.like(error, {code: 'GONE', message: 'no b', notes: ['it was here', 'no c'], help: ['look elsewhere']});
});

test('one failure is told as it is, and a bug ends all', async t => {
	const failure = new StoreError('GONE', 'no b');

	t.is((await forEachWord(['b'], () => Promise.reject(failure))).error, failure);
	await t.throwsAsync(
		forEachWord(['b'], () => Promise.reject(new TypeError('a bug'))),
		{message: 'a bug'},
	);
});
