import test from 'ava';
import {resolvConf} from '../../lib/runtime/resolv-conf.ts';

const machine = '# made by hand\nnameserver 10.0.0.1\nnameserver 10.0.0.2\nsearch lan\noptions edns0 trust-ad\n';
const nothing = {servers: [], search: [], options: []};

test('without wishes it is that of the machine, byte for byte (CLI-26)', t => {
	t.is(resolvConf(machine, nothing), machine);
});

test('servers, domains and options take the place of their own kind only (CLI-26)', t => {
	t.is(
		resolvConf(machine, {...nothing, servers: ['1.1.1.1', '::1']}),
		'# made by hand\nsearch lan\noptions edns0 trust-ad\nnameserver 1.1.1.1\nnameserver ::1\n',
	);
	t.is(
		resolvConf(`${machine}domain old`, {...nothing, search: ['a', 'b'], options: ['ndots:2']}),
		'# made by hand\nnameserver 10.0.0.1\nnameserver 10.0.0.2\nsearch a b\noptions ndots:2\n',
	);
});
