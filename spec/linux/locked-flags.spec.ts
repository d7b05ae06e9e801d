import test from 'ava';
import {lockedFlags} from '../../lib/linux/locked-flags.ts';

const mountinfo = [
	'22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw',
	'30 22 0:27 / /home rw,nosuid,nodev,noexec,relatime - tmpfs none rw',
	'31 30 0:28 / /home/dev\\040x rw,nodev - ext4 /dev/vdb rw',
	'32 22 0:29 / /home/dev\\040x ro,nosuid - ext4 /dev/vdc rw',
	'',
].join('\n');

const cases: readonly (readonly [path: string, flags: readonly string[]])[] = [
	['/srv/store', []],
	['/home', ['nosuid', 'nodev', 'noexec']],
	['/home/dev/store', ['nosuid', 'nodev', 'noexec']],
	['/home/dev x/store', ['nosuid']],
	['/homes/store', []],
];

for (const [path, flags] of cases) {
	test(`what lies at ${path} is restricted by: ${flags.join(', ') || 'nothing'}`, t => {
		t.deepEqual(lockedFlags(path, mountinfo), flags);
	});
}
