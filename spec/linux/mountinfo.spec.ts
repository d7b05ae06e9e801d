import test from 'ava';
import {isBelow, parseMountinfo} from '../../lib/linux/mountinfo.ts';

test('mounts have their points and options, blanks in names too', t => {
	const text =
		'22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n30 22 0:27 / /a\\040b ro,nosuid - tmpfs none rw\n';

	t.deepEqual(parseMountinfo(text), [
		{point: '/', options: ['rw', 'relatime']},
		{point: '/a b', options: ['ro', 'nosuid']},
	]);
});

test('a path is below itself, and below no name that it only begins with', t => {
	t.deepEqual(
		['/sys', '/sys/fs', '/system', '/'].map(path => isBelow('/sys', path)),
		[true, true, false, false],
	);
	t.true(isBelow('/', '/sys'));
});
