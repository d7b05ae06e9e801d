import {createHash, randomBytes} from 'node:crypto';
import test from 'ava';
import {assert, asyncProperty, nat} from 'fast-check';
import {resumableHash} from '../../lib/linux/sha256.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

test('a hash goes on from wherever another one was, and has the same digest', t => {
	const bytes = randomBytes(1000);
	return assert(
		asyncProperty(nat(bytes.length), nat(bytes.length), async (one, other) => {
			const [from, to] = [Math.min(one, other), Math.max(one, other)];
			const states = [0, from, to].map(end => {
				const hash = resumableHash();
				hash?.update(bytes.subarray(0, end));
				return hash?.state();
			});
			return states.every((state, index) => {
				const length = [0, from, to][index] ?? 0;
				const hash = resumableHash(JSON.parse(JSON.stringify(state)));
				hash?.update(bytes.subarray(length));
				return state?.length === length && hash?.digest() === sha256(bytes);
			});
		}),
	).then(() => t.pass());
});

test('its state can be asked for at any time, and changes nothing', t => {
	const bytes = randomBytes(500);
	const hash = resumableHash();

	for (let at = 0; at < bytes.length; at += 50) {
		hash?.update(bytes.subarray(at, at + 50));
		t.is(hash?.state().length, at + 50);
	}

	t.is(hash?.digest(), sha256(bytes));
});

test('it counts beyond 512 MiB, whose bits do not fit one word', t => {
	const piece = Buffer.alloc(64 << 20, 'a');
	const [hash, whole] = [resumableHash(), createHash('sha256')];
	for (let count = 0; count < 9; count++) for (const each of [hash, whole]) each?.update(piece);

	const after = resumableHash(hash?.state());
	for (const each of [after, whole]) each?.update(Buffer.from('b'));

	t.is(after?.digest(), whole.digest('hex'));
});

test('memory that threads share is hashed like any other', t => {
	const shared = Buffer.from(new SharedArrayBuffer(300)).fill('s');
	const hash = resumableHash();

	hash?.update(shared.subarray(7));

	t.is(hash?.digest(), sha256(Buffer.from(shared.subarray(7))));
});
