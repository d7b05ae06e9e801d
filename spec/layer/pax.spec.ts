import test from 'ava';
import {assert, dictionary, property, string, uint8Array} from 'fast-check';
import {Malformed} from '../../lib/layer/errors.ts';
import {decodePax, encodePax} from '../../lib/layer/pax.ts';

test('records of any bytes come back', t => {
	const keys = string({minLength: 1, maxLength: 20}).filter(key => !/[=\ud800-\udfff]/.test(key));
	assert(
		property(dictionary(keys, uint8Array({maxLength: 120})), values => {
			const records = new Map(Object.entries(values).map(([key, value]) => [key, Buffer.from(value)]));

			const read = decodePax(encodePax(records));

			t.deepEqual(new Map([...read].sort()), new Map([...records].sort()));
		}),
	);
});

for (const [size, length] of [
	[1, 6],
	[4, 9],
	[5, 11],
	[93, 99],
	[94, 101],
	[992, 999],
	[993, 1001],
] as const) {
	test(`the length of a record of ${size} bytes is ${length}, its own digits counted`, t => {
		const value = 'x'.repeat(size);

		const record = encodePax(new Map([['k', Buffer.from(value)]])).toString();

		t.is(record, `${length} k=${value}\n`);
		t.is(record.length, length);
	});
}

test('records are sorted by key', t => {
	const records = new Map([
		['path', Buffer.from('p')],
		['SCHILY.xattr.user.a', Buffer.from('a')],
		['mtime', Buffer.from('1')],
	]);

	t.deepEqual([...decodePax(encodePax(records)).keys()], ['SCHILY.xattr.user.a', 'mtime', 'path']);
});

for (const broken of ['6', '6 k=x', '7 k=x\n', '0 k=x\n', 'x k=x\n', '6 kkx\n', '-6 k=x\n']) {
	test(`${JSON.stringify(broken)} is no extended header`, t => {
		t.throws(() => decodePax(Buffer.from(broken)), {instanceOf: Malformed});
	});
}
