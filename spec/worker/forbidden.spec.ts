import test from 'ava';
import {findRefusal, userNamespacesForbidden} from '../../lib/worker/forbidden.ts';

const settings: readonly (readonly [name: string, value: string, cure: string])[] = [
	['user.max_user_namespaces', '0', '65536'],
	['kernel.unprivileged_userns_clone', '0', '1'],
	['kernel.apparmor_restrict_unprivileged_userns', '1', '0'],
];

for (const [name, value, cure] of settings) {
	test(`${name} = ${value} is found, and its cure named`, t => {
		const path = `/proc/sys/${name.replaceAll('.', '/')}`;

		const refusal = findRefusal('unshare: Operation not permitted', asked => (asked === path ? value : undefined));

		t.deepEqual(refusal, {reason: `${name} is ${value}`, cure: `sysctl -w ${name}=${cure}`});
	});
}

test('where no setting forbids them, the words of unshare are the reason', t => {
	const refusal = findRefusal('unshare: unshare failed: No space left on device\n', () => '1000');

	t.deepEqual(refusal, {reason: 'unshare: unshare failed: No space left on device'});
});

test('the error is that of the reference (UX section 3)', t => {
	const {message, notes, help, exitCode} = userNamespacesForbidden({reason: 'x is 1', cure: 'sysctl -w x=0'});

	t.is(message, 'this machine forbids user namespaces, which RUN needs');
	t.deepEqual(notes, ['x is 1']);
	t.deepEqual(help, ['once, as root: sysctl -w x=0', 'see everything that is missing: strata doctor']);
	t.is(exitCode, 7);
});
