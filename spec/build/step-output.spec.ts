import test from 'ava';
import fc from 'fast-check';
import type {LoggedOutput, LogRange} from '../../lib/build/event-stream.ts';
import {stepOutput} from '../../lib/build/step-output.ts';

type Chunk = readonly ['stdout' | 'stderr', string | readonly number[]];

/** What is told of chunks that were logged one after the other: `stdout abc`, and as bytes where that is no text. */
function told(chunks: readonly Chunk[]) {
	const events: LoggedOutput[] = [];
	const output = stepOutput({step: 's1', logFile: 'log'}, {emitOutput: event => events.push(event)});
	let log = Buffer.alloc(0);
	for (const [stream, content] of chunks) {
		const data = Buffer.from(content as string);
		output.append({stream, offset: log.length, data});
		log = Buffer.concat([log, data]);
	}
	output.end();
	return events.map(({stream, ranges}) => ({stream, data: bytesOf(log, ranges)}));
}

function bytesOf(log: Buffer, ranges: readonly LogRange[]): Buffer {
	return Buffer.concat(ranges.map(({offset, length}) => log.subarray(offset, offset + length)));
}

const texts = (chunks: readonly Chunk[]) => told(chunks).map(({stream, data}) => `${stream} ${data}`);

test('small pieces of one stream become one', t => {
	t.deepEqual(
		texts([
			['stdout', 'a\n'],
			['stdout', 'b\n'],
			['stderr', 'c\n'],
			['stdout', 'd\n'],
		]),
		['stdout a\nb\n', 'stderr c\n', 'stdout d\n'],
	);
});

test('a large piece is told at once, with what came before it', t => {
	const large = 'x'.repeat(64 * 1024);

	t.deepEqual(
		texts([
			['stdout', 'a'],
			['stdout', large],
			['stdout', 'b'],
		]),
		[`stdout a${large}`, 'stdout b'],
	);
});

test('what is not much is told soon', async t => {
	const events: LoggedOutput[] = [];

	const told = new Promise<void>(resolve => {
		const emitOutput = (event: LoggedOutput) => {
			events.push(event);
			resolve();
		};
		stepOutput({step: 's1', logFile: 'log'}, {emitOutput}).append({
			stream: 'stderr',
			offset: 7,
			data: Buffer.from('a'),
		});
	});
	await told;

	t.deepEqual(events, [{step: 's1', logFile: 'log', stream: 'stderr', ranges: [{offset: 7, length: 1}]}]);
});

test('a character is never cut, also by output of the other stream between its bytes', t => {
	const [euro, smile] = [Buffer.from('€'), Buffer.from('😀')];
	const large = Buffer.alloc(64 * 1024, 'x');

	t.deepEqual(
		texts([
			['stdout', [...large, ...smile.subarray(0, 1)]],
			['stdout', [...smile.subarray(1, 3)]],
			['stderr', [...euro.subarray(0, 2)]],
			['stdout', [...smile.subarray(3)]],
			['stderr', [...euro.subarray(2)]],
		]),
		[`stdout ${large}`, 'stdout 😀', 'stderr €'],
	);
});

test('what is no text is not held back, and what never becomes a character is told at the end', t => {
	t.deepEqual(
		told([
			['stdout', [0x61, 0xff]],
			['stderr', [0x80, 0x80, 0x80, 0x80, 0xc0]],
			['stdout', [0xe2, 0x82]],
		]).map(({data}) => [...data]),
		[[0x61, 0xff], [0x80, 0x80, 0x80, 0x80], [0xe2, 0x82], [0xc0]],
	);
});

test('whatever is printed, each stream is told whole and in order', t => {
	const stream = fc.constantFrom('stdout' as const, 'stderr' as const);
	const chunk = fc.tuple(stream, fc.array(fc.integer({min: 0, max: 255}), {maxLength: 9}));
	fc.assert(
		fc.property(fc.array(chunk), chunks => {
			const events = told(chunks);
			for (const name of ['stdout', 'stderr']) {
				const given = chunks.filter(([of]) => of === name).flatMap(([, bytes]) => [...bytes]);
				const got = events.filter(event => event.stream === name).flatMap(({data}) => [...data]);
				t.deepEqual(got, given);
			}
			t.true(events.every(({data}) => data.length > 0));
		}),
	);
});

test('whatever text is cut into pieces, every event is text', t => {
	fc.assert(
		fc.property(fc.string({unit: 'binary', minLength: 1}), fc.array(fc.nat({max: 40})), (text, cuts) => {
			const bytes = Buffer.from(text);
			const ends = [...cuts, bytes.length].map(cut => Math.min(cut, bytes.length)).sort((a, b) => a - b);
			const pieces = ends.map((end, index): Chunk => ['stdout', [...bytes.subarray(ends[index - 1] ?? 0, end)]]);
			const decoder = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});

			t.is(
				told(pieces)
					.map(({data}) => decoder.decode(data))
					.join(''),
				bytes.toString(),
			);
		}),
	);
});
