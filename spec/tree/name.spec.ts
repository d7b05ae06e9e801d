import test from 'ava';
import {assert, property, uint8Array} from 'fast-check';
import {decodeName, encodeName, nativePath} from '../../lib/tree/name.ts';

test('any bytes come back from their name, also through JSON', t => {
	assert(
		property(uint8Array({maxLength: 40}), bytes => {
			const name = JSON.parse(JSON.stringify(decodeName(bytes)));

			return encodeName(name).equals(bytes);
		}),
	);
	t.pass();
});

test('a name in UTF-8 is that text, with all that JavaScript can write', t => {
	for (const name of ['plain', 'Főtanúsítvány.crt', '日本', '🐳', '\ufffd']) {
		t.is(decodeName(Buffer.from(name)), name);
		t.is(nativePath(name), name);
	}
});

test('a name in Latin-1 keeps its bytes and is given to the system as bytes', t => {
	const bytes = Buffer.from('caf\xe9-日', 'latin1');

	const name = decodeName(bytes);

	t.deepEqual(nativePath(name), bytes);
});
