import test from 'ava';
import {StepError} from '../../lib/errors.ts';
import {resolveOwner} from '../../lib/tree/owner.ts';
import {sampleTree} from './sample.ts';

const passwd = 'dev:x:1000:1001::/:\n';

test('names are looked up in the files of the image (CPY-7)', t => {
	const image = sampleTree({'etc/': {}, 'etc/passwd': passwd, 'etc/group': 'staff:x:50:\n'});

	t.deepEqual(resolveOwner('dev', image), {uid: 1000, gid: 1001});
	t.deepEqual(resolveOwner('dev:staff', image), {uid: 1000, gid: 50});
});

test('also where these are links, which never leave the image (CPY-7)', t => {
	const image = sampleTree({
		etc: '→ ../usr/etc',
		'usr/': {},
		'usr/etc/': {},
		'usr/etc/passwd': '→ /lib/passwd',
		'lib/': {},
		'lib/passwd': passwd,
	});

	t.deepEqual(resolveOwner('dev', image), {uid: 1000, gid: 1001});
});

test('numbers and root need no files (CPY-7, W-32)', t => {
	t.deepEqual(
		['1000', '5:6', 'root'].map(spec => resolveOwner(spec, sampleTree())),
		[
			{uid: 1000, gid: 1000},
			{uid: 5, gid: 6},
			{uid: 0, gid: 0},
		],
	);
	t.throws(() => resolveOwner('dev', sampleTree()), {instanceOf: StepError});
});
