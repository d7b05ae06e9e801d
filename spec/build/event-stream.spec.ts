import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {eventStream} from '../../lib/build/event-stream.ts';
import type {BuildEvent} from '../../lib/build/events.ts';

async function read(stream: AsyncIterable<BuildEvent>): Promise<BuildEvent[]> {
	const events: BuildEvent[] = [];
	for await (const event of stream) events.push(event);
	return events;
}

test('every reader sees all events, whenever it comes', async t => {
	const stream = eventStream();
	const early = read(stream);
	stream.emit({type: 'step.started', step: 's1'});
	stream.emit({type: 'step.started', step: 's2'});
	stream.close();

	const late = read(stream);

	t.deepEqual(
		(await early).map(event => 'step' in event && event.step),
		['s1', 's2'],
	);
	t.deepEqual(await late, await early);
});

test('a stream closed by an error gives its events first, then the error', async t => {
	const stream = eventStream();
	stream.emit({type: 'step.started', step: 's1'});
	stream.close(new Error('broken'));
	const seen: string[] = [];

	const error = await t.throwsAsync(async () => {
		for await (const event of stream) seen.push(event.type);
	});

	t.is(error?.message, 'broken');
	t.deepEqual(seen, ['step.started']);
});

test('output is read from its log when it is come to', async t => {
	const folder = mkdtempSync(join(tmpdir(), 'strata-events-'));
	const logFile = join(folder, 's1.log');
	const stream = eventStream();
	stream.emitOutput({step: 's1', stream: 'stdout', logFile, ranges: [{offset: 2, length: 3}]});
	stream.emitOutput({step: 's1', stream: 'stderr', logFile, ranges: [{offset: 5, length: 1}]});
	stream.close();
	writeFileSync(logFile, Buffer.from([0x61, 0x62, 0x63, 0xc3, 0xa4, 0xff]));

	const [text, bytes] = await read(stream);

	t.like(text, {type: 'step.output', stream: 'stdout', text: 'cä'});
	t.like(bytes, {type: 'step.output', stream: 'stderr', base64: '/w=='});
	rmSync(folder, {recursive: true});
});

test('time never goes back', async t => {
	const stream = eventStream();
	for (let count = 0; count < 5; count++) stream.emit({type: 'step.started', step: `s${count}`});
	stream.close();

	const times = (await read(stream)).map(event => event.t);

	t.deepEqual(
		times,
		times.toSorted((a, b) => a - b),
	);
});
