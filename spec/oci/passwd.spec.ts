import test from 'ava';
import {StepError} from '../../lib/errors.ts';
import {findOwner, findUser} from '../../lib/oci/passwd.ts';

const passwd = [
	'# local accounts',
	'root:x:0:0:root:/root:/bin/sh',
	'daemon:x:1:7:daemon:/usr/sbin:/usr/sbin/nologin',
	'dev:x:1000:1001::/home/dev:/bin/sh',
	'1234:x:5:5::/odd:/bin/sh',
	'broken:x:none:0::/:/bin/sh',
	'nogroup:x:1002',
	'',
].join('\n');
const group = 'root:x:0:\nwheel:x:10:root,dev\ndev:x:1001:dev\nstaff:x:50:dev, daemon\n';

for (const [title, spec, expected] of [
	['no user is root, with root’s groups', '', {uid: 0, gid: 0, groups: [10], home: '/root'}],
	[
		'a name gets its group and supplementary groups',
		'dev',
		{uid: 1000, gid: 1001, groups: [10, 50], home: '/home/dev'},
	],
	['an id with an account is that account', '1000', {uid: 1000, gid: 1001, groups: [10, 50], home: '/home/dev'}],
	['an id without an account has gid 0 and home /', '4711', {uid: 4711, gid: 0, groups: [], home: '/'}],
	['a number is an id, never a name', '1234', {uid: 1234, gid: 0, groups: [], home: '/'}],
	['with a group, only that group counts (W-15)', 'dev:staff', {uid: 1000, gid: 50, groups: [], home: '/home/dev'}],
	['a group may be a number that is nowhere', 'dev:99', {uid: 1000, gid: 99, groups: [], home: '/home/dev'}],
	['an account without a primary group has gid 0 (USR-1)', 'nogroup', {uid: 1002, gid: 0, groups: [], home: '/'}],
] as const) {
	test(`USER: ${title} (RUN-13)`, t => {
		t.deepEqual(findUser(spec, passwd, group), expected as never);
	});
}

for (const [title, spec, expected] of [
	['a name means its uid and primary gid', 'daemon', {uid: 1, gid: 7}],
	['a lone number means both ids', '1000', {uid: 1000, gid: 1000}],
	['user and group are looked up apart', 'dev:staff', {uid: 1000, gid: 50}],
	['numbers need no files', '55:66', {uid: 55, gid: 66}],
	['a group alone leaves the user root', ':staff', {uid: 0, gid: 50}],
	['a trailing colon says nothing', 'dev:', {uid: 1000, gid: 1001}],
] as const) {
	test(`--chown: ${title} (CPY-7)`, t => {
		t.deepEqual(findOwner(spec, passwd, group), expected);
	});
}

test('root is 0 in an image without /etc/passwd (CPY-7, W-32)', t => {
	t.deepEqual(findOwner('root:root', '', ''), {uid: 0, gid: 0});
	t.deepEqual(findUser('root', '', ''), {uid: 0, gid: 0, groups: [], home: '/'});
});

for (const spec of ['nobody', 'broken', 'dev:ghosts', '4294967295']) {
	test(`${spec} names nobody, which is an error`, t => {
		t.throws(() => findOwner(spec, passwd, group), {instanceOf: StepError});
		t.throws(() => findUser(spec, passwd, group), {instanceOf: StepError});
	});
}
