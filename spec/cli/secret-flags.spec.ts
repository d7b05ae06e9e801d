import test from 'ava';
import {parseSecret, parseSsh} from '../../lib/cli/secret-flags.ts';
import {UsageError} from '../../lib/errors.ts';

test('a secret is a file, a variable, or whichever of both has its name (CLI-7)', t => {
	const env = {A: 'value', passwd: 'mine'};

	t.deepEqual(parseSecret('id=a,env=A', env), ['a', 'value']);
	t.deepEqual(parseSecret('id=A', env), ['A', 'value']);
	t.deepEqual(parseSecret('type=env,id=a,src=A', env), ['a', 'value']);
	t.deepEqual(parseSecret('type=file,id=a,source=/dev/null', env), ['a', {file: '/dev/null'}]);
	t.deepEqual(parseSecret('id=/etc/passwd', {}), ['/etc/passwd', {file: '/etc/passwd'}]);
	t.deepEqual(parseSecret('id=a,"src=/dev/../dev/null"', env), ['a', {file: '/dev/null'}]);
	t.throws(() => parseSecret('id=a,"src=/a,b"', env), {message: '--secret id=a: there is no /a,b'});
	t.is(parseSecret('id=a,env=NONE', env), undefined);
});

for (const text of [
	'src=/dev/null',
	'id=a,what=b',
	'id=a,src=/does/not/exist',
	'id=a,src=/dev/null,env=B',
	'id',
	'id=',
]) {
	test(`--secret ${text} is an error of usage`, t => {
		t.throws(() => parseSecret(text, {}), {instanceOf: UsageError});
	});
}

test('an agent is that of the session, a socket, or one with keys (CLI-7)', t => {
	t.deepEqual(parseSsh('default', {SSH_AUTH_SOCK: '/agent'}), ['default', {socket: '/agent'}]);
	t.deepEqual(parseSsh('git=/dev/null', {}), ['git', {keys: ['/dev/null']}]);
	t.deepEqual(parseSsh('git=/dev/null,/dev/zero', {}), ['git', {keys: ['/dev/null', '/dev/zero']}]);
});

for (const text of ['=x', 'default', 'a=/does/not/exist']) {
	test(`--ssh ${text} is an error of usage`, t => {
		t.throws(() => parseSsh(text, {}), {instanceOf: UsageError});
	});
}
