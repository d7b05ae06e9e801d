import test from 'ava';
import type {BuildEvent} from '../../lib/build/events.ts';
import {exampleEvents, faultsOf, validateEvent, validateOwnEvent} from '../helpers/events.ts';

test('the schema takes the events that are shown to readers, also with fields that came later', t => {
	const faults = exampleEvents.flatMap(event => validateEvent(event));

	t.deepEqual(faults, []);
	t.is(new Set(exampleEvents.map(({type}) => type)).size, 15, 'one of each type');
});

for (const event of exampleEvents) {
	for (const field of ['v', 't', ...requiredOf(event)]) {
		test(`the schema refuses ${event.type} without ${field}`, t => {
			const {[field as keyof BuildEvent]: _, ...rest} = event;

			t.not(validateEvent(rest).length, 0);
		});
	}
}

test('our own events have nothing that the schema does not name', t => {
	const [finished] = exampleEvents.filter(({type}) => type === 'step.finished');

	t.regex(validateOwnEvent(finished).join(), /additional properties.*miss/);
});

test('output is text or base64, and one of them', t => {
	const output = {v: 1, t: 1, type: 'step.output', step: 's1', stream: 'stdout'};

	t.deepEqual(validateEvent({...output, text: 'a'}), []);
	t.deepEqual(validateEvent({...output, base64: '/w=='}), []);
	t.not(validateEvent(output).length, 0);
	t.not(validateEvent({...output, text: 'a', base64: '/w=='}).length, 0);
});

test('a story with a step that never ends, a time that goes back or no end is found out', t => {
	const [started, plan] = exampleEvents as [BuildEvent, BuildEvent];
	const faults = faultsOf([started, {...plan, t: 0}, {v: 1, t: 9, type: 'step.started', step: 's3'}, started]);

	t.deepEqual(faults, [
		'the last event is not build.finished',
		'the time of build.started goes back to 0',
		'finished steps: , but planned: s2',
		's3 is started, but not planned',
	]);
});

/** Fields without which an event says nothing. */
function requiredOf({type}: BuildEvent): readonly string[] {
	const fields: Partial<Record<BuildEvent['type'], readonly string[]>> = {
		'build.started': ['build', 'at', 'names'],
		plan: ['stages', 'steps'],
		warning: ['message'],
		'step.started': ['step'],
		'step.waiting': ['for'],
		transfer: ['digest', 'current', 'total', 'state'],
		'step.output': ['stream', 'text'],
		'step.finished': ['step', 'result', 'ms'],
		layer: ['diffID', 'digest', 'size'],
		cache: ['direction', 'ref', 'state'],
		export: ['output', 'dest', 'state'],
		error: ['code', 'exitCode', 'message', 'help'],
		'build.finished': ['result', 'cached', 'steps'],
	};
	return fields[type] ?? [];
}
