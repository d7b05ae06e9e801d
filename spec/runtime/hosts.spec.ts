import test from 'ava';
import {UsageError} from '../../lib/errors.ts';
import {checkAddress, checkHosts} from '../../lib/runtime/hosts.ts';

test('hosts are lines of a name and an address, names in lower case (CLI-15)', t => {
	t.deepEqual(checkHosts({Db: ['10.0.0.7', 'fd00::7'], v6: '::1'}), [
		{name: 'db', address: '10.0.0.7'},
		{name: 'db', address: 'fd00::7'},
		{name: 'v6', address: '::1'},
	]);
});

test('host-gateway is this machine, whose network a RUN has', t => {
	t.deepEqual(checkHosts({'host.docker.internal': 'host-gateway'}), [
		{name: 'host.docker.internal', address: '127.0.0.1'},
	]);
});

for (const [name, address, message] of [
	['db', 'banana', '--add-host: banana is no IP address'],
	['db', '10.0.0.256', '--add-host: 10.0.0.256 is no IP address'],
	['db', '', '--add-host: an empty text is no IP address'],
	['a b', '10.0.0.1', '--add-host: "a b" is no name of a host'],
	['a\n10.0.0.2\tb', '10.0.0.1', '--add-host: "a\\n10.0.0.2\\tb" is no name of a host'],
] as const) {
	test(`${JSON.stringify(name)} at ${JSON.stringify(address)} is an error of usage`, t => {
		const error = t.throws(() => checkHosts({[name]: address}), {instanceOf: UsageError, message});

		t.deepEqual(error?.help, ['as in: --add-host db:10.0.0.7']);
	});
}

test('a server for names is an address (CLI-26)', t => {
	t.is(checkAddress('--dns', 'fd00::53', '10.0.0.53'), 'fd00::53');
	t.throws(() => checkAddress('--dns', 'host-gateway', '10.0.0.53'), {message: '--dns: host-gateway is no IP address'});
});
