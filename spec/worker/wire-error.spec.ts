import test from 'ava';
import {MachineError, StepError, StoreError} from '../../lib/errors.ts';
import {fromWire, toWire} from '../../lib/worker/wire-error.ts';

for (const Class of [StepError, StoreError, MachineError]) {
	test(`a ${Class.name} comes out of the worker as it was`, t => {
		const error = new Class('SOME_CODE', 'it is so', {notes: ['a fact'], help: ['a way out']});

		const revived = fromWire(structuredClone(toWire(error)));

		t.true(revived instanceof Class);
		t.like(revived, {message: 'it is so', code: 'SOME_CODE', notes: ['a fact'], help: ['a way out']});
	});
}

test('a bug keeps the stack of where it happened', t => {
	const error = new TypeError('x is not a function');

	const revived = fromWire(structuredClone(toWire(error)));

	t.deepEqual([revived.name, revived.message, revived.stack], ['TypeError', error.message, error.stack]);
});

test('a system error keeps its code', t => {
	const error = Object.assign(new Error('no space'), {code: 'ENOSPC'});

	t.like(fromWire(structuredClone(toWire(error))), {code: 'ENOSPC'});
});
