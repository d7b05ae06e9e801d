import test from 'ava';
import fc from 'fast-check';
import {lineCutter} from '../../../lib/cli/report/lines.ts';

test('lines come whole, however the output is cut, and long ones in pieces', t => {
	const {push, flush} = lineCutter(4);

	t.deepEqual([push(Buffer.from('a\nb')), push(Buffer.from('c\n\nlonger')), flush()].flat(), [
		'a',
		'bc',
		'',
		'long',
		'er',
	]);
});

test('of much output its last lines are those that all of it would end with', t => {
	const piece = fc.array(fc.constantFrom('a', 'bc', 'é', '\n', '\n\n')).map(parts => parts.join(''));
	fc.assert(
		fc.property(fc.array(piece), fc.integer({min: 1, max: 3}), (pieces, count) => {
			const [all, last] = [lineCutter(), lineCutter()];
			const [whole, kept]: [string[], string[]] = [[], []];
			for (const text of pieces) {
				whole.push(...all.push(Buffer.from(text)));
				kept.push(...last.pushLast(Buffer.from(text), count));
			}
			return last.open === all.open && kept.slice(-count).join('\n') === whole.slice(-count).join('\n');
		}),
	);
	t.pass();
});
