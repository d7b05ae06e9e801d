import {closeSync, openSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout} from 'node:timers/promises';
import test from 'ava';
import {tryFlock} from '../../lib/linux/flock.ts';
import {folderFor} from '../helpers/folder.ts';

test('an exclusive lock is had by one descriptor, a shared one by many', async t => {
	const path = join(await folderFor(t), 'lock');
	const [one, two] = [openSync(path, 'w'), openSync(path, 'w')];

	t.true(tryFlock(one, 'shared'));
	t.true(tryFlock(two, 'shared'));
	t.false(tryFlock(two, 'exclusive'));
	closeSync(one);
	// A process that another spec is just starting has a copy of it until it executes its program.
	for (let looks = 0; looks < 100 && !tryFlock(two, 'exclusive'); looks++) await setTimeout(20);
	t.true(tryFlock(two, 'exclusive'), 'closing gives the lock back');
	closeSync(two);
});

test('a descriptor that is none is an error', t => {
	t.throws(() => tryFlock(999_999, 'shared'), {code: 'EBADF'});
});
