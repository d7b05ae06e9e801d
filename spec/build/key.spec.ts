import test from 'ava';
import {partialKey, stepKey} from '../../lib/build/key.ts';
import {digestOf} from '../../lib/oci/digest.ts';

test('equal fields have equal keys, whatever their order', t => {
	t.is(partialKey({command: ['a'], user: ''}), partialKey({user: '', command: ['a']}));
});

test('a field that is absent and one that is undefined are the same', t => {
	t.is(partialKey({a: 1}), partialKey({a: 1, b: undefined}));
});

test('lists that join to the same text have other keys (KEY-3)', t => {
	const keys = [['ab', 'c'], ['a', 'bc'], ['abc'], [['a'], 'bc'], 'abc'].map(command => partialKey({command}));

	t.is(new Set(keys).size, keys.length);
});

test('a number and its text have other keys', t => {
	t.not(partialKey({a: 1}), partialKey({a: '1'}));
});

test('a step on other files has another key below the same name', t => {
	const partial = partialKey({a: 1});

	const [first, second] = [stepKey(partial, digestOf('x')), stepKey(partial, digestOf('y'))];

	t.not(first, second);
	t.true(first.startsWith(`${partial}/`) && second.startsWith(`${partial}/`));
});
