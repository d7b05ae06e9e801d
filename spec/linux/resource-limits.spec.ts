import {execFileSync} from 'node:child_process';
import test from 'ava';
import {hardLimits} from '../../lib/linux/resource-limits.ts';

test('the hard limits are those that a shell is told', t => {
	const asked = execFileSync('bash', ['-c', 'ulimit -Hn; ulimit -Hu; ulimit -Hs'], {encoding: 'utf8'});
	const {nofile, nproc, stack} = hardLimits();

	t.deepEqual(
		[nofile, nproc, stack]
			.map(limit => (limit === Number.POSITIVE_INFINITY ? 'unlimited' : limit))
			.slice(0, 2)
			.map(String),
		asked.trim().split('\n').slice(0, 2),
	);
	t.truthy(stack);
});

test('every limit that docker knows is read, and no limit is Infinity', t => {
	const limits = hardLimits();

	t.is(Object.keys(limits).length, 15);
	t.deepEqual(hardLimits('Max open files            1024                 4096                 files\n'), {
		nofile: 4096,
	});
	t.deepEqual(hardLimits('Max cpu time              unlimited            unlimited            seconds\n'), {
		cpu: Number.POSITIVE_INFINITY,
	});
});
