import test from 'ava';
import {deflate} from '../../lib/deflate/deflate.ts';
import {deflating, startDeflating} from '../../lib/layer/deflating.ts';
import {helperThread, hold} from '../../lib/layer/helper-thread.ts';

/** A block that no other is like, in memory that threads share. */
function block(number: number): Uint8Array {
	const bytes = Buffer.from(new SharedArrayBuffer(200_000));
	for (let at = 0; at < bytes.length; ) at += bytes.write(`${number} and ${at % 977} `, at);
	return bytes;
}

const blocks = Array.from({length: 40}, (_, number) => block(number));
const stored = [{start: 50_000, end: 90_000}];

test.serial('the bytes are the same whoever compresses them, and in order', async t => {
	const here = blocks.map(bytes => deflate(bytes, stored));
	startDeflating();
	await helperThread('layer/deflate-thread');

	const apart = await Promise.all(blocks.map(bytes => deflating(bytes, stored)));

	t.deepEqual(
		apart.map(packed => Buffer.from(packed)),
		here.map(packed => Buffer.from(packed)),
	);
});

test.serial('a thread that ends leaves its work to this one', async t => {
	const thread = await helperThread('layer/deflate-thread');
	using _ = hold(thread);
	const work = Promise.all(blocks.map(bytes => deflating(bytes, [])));
	await thread.terminate();

	t.deepEqual(
		(await work).map(packed => Buffer.from(packed)),
		blocks.map(bytes => Buffer.from(deflate(bytes))),
	);
});
