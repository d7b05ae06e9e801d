import test from 'ava';
import fc from 'fast-check';
import {redactor} from '../../lib/worker/redact.ts';

const key = '-----BEGIN KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\nBG5vbmUAAAAEbm9uZQ==\nshort\n-----END KEY-----\n';

/** What is told of an output that comes in pieces. */
function told(values: readonly string[], ...pieces: readonly string[]): string {
	const {push, end} = redactor(values.map(value => Buffer.from(value)));
	return Buffer.concat([...pieces.map(piece => push(Buffer.from(piece))), end()]).toString();
}

test('a value is masked, less the line break that its file ends with, wherever pieces cut it (RUN-5)', t => {
	t.is(told(['horse battery\n'], 'a horse battery!'), 'a ***!');
	t.is(told(['horse battery'], 'a hor', 'se bat', 'tery!'), 'a ***!');
	t.is(told(['horse battery'], 'a horse b'), 'a horse b');
});

test('each line of a value is masked too, but for short ones, which are in everything (RUN-5)', t => {
	t.is(told([key], key), '***\n');
	t.is(told([key], `+ echo ${key.replaceAll('\n', '\r\n')}`), '+ echo ***\r\n***\r\n***\r\nshort\r\n***\r\n');
	t.is(told([key], 'AAAA BG5vbmUAAAAE', 'bm9uZQ== short'), 'AAAA *** short');
	t.is(told(['one line only'], 'one line'), 'one line');
});

test('values of fewer than four bytes are no secrets that could be told from other output', t => {
	t.is(told(['abc', 'abcd'], 'abc abcd'), 'abc ***');
});

test('however an output is cut, no value is in what is told', t => {
	const values = ['correct horse', 'horse staple', 'aabaab'];
	const word = fc.constantFrom(...values, 'correct ', 'horse', 'aab', 'a', 'b', ' ');
	fc.assert(
		fc.property(fc.array(word), fc.array(fc.nat(9)), (words, cuts) => {
			let rest = words.join('');
			const pieces = cuts.map(cut => {
				const piece = rest.slice(0, cut);
				rest = rest.slice(cut);
				return piece;
			});
			const output = told(values, ...pieces, rest);
			return values.every(value => !output.includes(value));
		}),
	);
	t.pass();
});
