import test from 'ava';
import {isSameButOrder, isSameButTimes} from '../../lib/verify/texts.ts';

const now = Date.parse('2026-11-29T01:25:57.123Z');

for (const [one, other] of [
	['Sun Nov 29 01:25:57 UTC 2026', 'Sun Nov 29 01:25:59 UTC 2026'],
	['built 29 Nov at 23:59', 'built 30 Nov at 00:00'],
	['2026-11-29T01:25:57.123Z', '2026-11-29T01:25:59Z'],
	['t=1795915557', 't=1795915559'],
	['t=1795915557123', 't=1795915559456'],
	['1795915557.123456789', '1795915559.987654321'],
	['20261129012557 ok', '20261129012559 ok'],
	['done in 1.2s', 'done in 3s'],
] as const) {
	test(`a time makes the difference between ${one} and ${other}`, t => {
		t.true(isSameButTimes(one, other, now));
	});
}

for (const [one, other] of [
	['1234', '1235'],
	['1111111111', '1222222222'],
	['id 8a7f01', 'id 33c19b'],
	['Sun Nov 29 01:25:57 UTC 2026 a', 'Sun Nov 29 01:25:59 UTC 2026 b'],
	['port 8080', 'port 8081'],
	['same', 'same'],
] as const) {
	test(`no time makes the difference between ${one} and ${other}`, t => {
		t.false(isSameButTimes(one, other, now));
	});
}

test('lines in another order are told from other lines', t => {
	t.true(isSameButOrder('a\nb\n', 'b\na\n'));
	t.false(isSameButOrder('a\nb\n', 'a\nb\n'));
	t.false(isSameButOrder('a\nb\n', 'a\nc\n'));
	t.false(isSameButOrder('a\nb\n', 'a\na\nb\n'));
});
