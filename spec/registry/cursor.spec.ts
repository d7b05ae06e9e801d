import {EventEmitter, once} from 'node:events';
import test from 'ava';
import {collect} from '../../lib/bytes.ts';
import {cursor} from '../../lib/registry/cursor.ts';

/** Content that comes piece by piece, when it is told to. */
function slowly(...pieces: readonly string[]) {
	const told = new EventEmitter();
	const gates = pieces.map((_, at) => once(told, String(at)));
	async function* open() {
		for (const [at, piece] of pieces.entries()) {
			await gates[at];
			yield Buffer.from(piece);
		}
	}
	return {open, release: (at: number) => told.emit(String(at))};
}

test('a part that is asked for while another waits for its bytes gets them', async t => {
	const {open, release} = slowly('hello', 'world', 'again');
	const content = cursor(open);
	release(0);
	const left = content.part(0, 15)[Symbol.asyncIterator]();
	await left.next();
	const waiting = left.next();

	const rest = collect(content.part(5, 15));
	release(1);
	release(2);

	t.is(String(await rest), 'worldagain');
	t.true((await waiting).done);
});

test('what is asked for again is read again', async t => {
	const {open, release} = slowly('hello', 'world');
	const content = cursor(open);
	release(0);
	release(1);

	t.is(String(await collect(content.part(2, 8))), 'llowor');
	t.is(String(await collect(content.part(8, 10))), 'ld');
	t.is(String(await collect(content.part(1, 3))), 'el');
});
