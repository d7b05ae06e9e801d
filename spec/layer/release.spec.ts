import test from 'ava';
import {release} from '../../lib/layer/release.ts';

test('what is released is gone at once', t => {
	const bytes = Buffer.alloc(2 ** 20, 1);

	release(bytes);

	t.is(bytes.buffer.byteLength, 0);
});

test("small bytes stay: they may lie in Node's pool; so does memory that threads share", t => {
	const pooled = Buffer.from('x');
	const shared = Buffer.from(new SharedArrayBuffer(2 ** 20));

	release(pooled);
	release(shared);

	t.is(pooled.toString(), 'x');
	t.is(shared.length, 2 ** 20);
});
