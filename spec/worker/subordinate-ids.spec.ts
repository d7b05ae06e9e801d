import test from 'ava';
import {parseSubordinateIds} from '../../lib/worker/subordinate-ids.ts';

const text = ['# a comment', 'dev:100000:65536', 'other:165536:65536', '1000:300000:10', 'dev:x:1', 'dev:1:0', ''].join(
	'\n',
);

test('the ranges of an account are those of its name and of its number, in their order', t => {
	t.deepEqual(parseSubordinateIds(text, {uid: 1000, name: 'dev'}), [
		{start: 100_000, count: 65_536},
		{start: 300_000, count: 10},
	]);
});

test('an account that is not named has none', t => {
	t.deepEqual(parseSubordinateIds(text, {uid: 1001, name: 'nobody'}), []);
});
