import test from 'ava';
import {workshop} from '../helpers/build.ts';

const lines = ['FROM scratch', 'COPY b.txt* c* /to/'];

test('a COPY whose patterns match nothing is an empty layer, and a warning each time (CPY-12, RUN-14)', async t => {
	const shop = await workshop(t);

	const first = await shop.build({lines, files: {'a.txt': 'a'}});
	const again = await shop.build({lines, files: {'a.txt': 'a'}});

	t.deepEqual(first.trees, [{}]);
	for (const {result} of [first, again]) {
		t.deepEqual(
			result.warnings.map(({message, location}) => [message, location?.start, location?.column]),
			[
				['COPY: b.txt* matches nothing', 2, 6],
				['COPY: c* matches nothing', 2, 13],
			],
		);
	}
});

test('a pattern for what may be absent is no warning where something is copied (CPY-12)', async t => {
	const {result, trees} = await (await workshop(t)).build({lines, files: {cc: 'c'}});

	t.deepEqual(trees, [{'to/': '755', 'to/cc': '644 1'}]);
	t.deepEqual(result.warnings, []);
});
