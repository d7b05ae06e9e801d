import test from 'ava';
import {differenceFacts, sameLine} from '../../lib/cli/verify-text.ts';
import type {StepDifference, Verification} from '../../lib/index.ts';

const verification = {
	digests: ['sha256:1', 'sha256:1'],
	varied: {jobs: [2, 1], later: 1234},
} as unknown as Verification;
const first = {
	step: {label: '2/3', text: 'RUN date >/built', location: {file: 'Dockerfile', start: 2, end: 2}},
	file: {path: '/built', how: 'time', detail: 'its text has a time in it', help: ['a way out']},
	others: 0,
} as unknown as StepDifference;
const varied = 'varied: folder of the store, jobs (2 and 1), time (1.2s later)';

test('the same is said in one line', t => {
	t.is(sameLine(verification), `the same twice: sha256:1  (${varied})`);
});

test('a difference is an error with step, file, facts and a way out', t => {
	t.deepEqual(differenceFacts({first}, verification), {
		reason: 'step 2/3 is not the same twice: /built differs in time',
		location: first.step.location,
		notes: ['RUN date >/built', 'its text has a time in it', varied],
		help: ['a way out'],
	});
});

test('other paths, and another step that differs in more, are facts besides', t => {
	const further = {
		...first,
		step: {...first.step, label: '3/3'},
		file: {...first.file, path: '/r', detail: 'its bytes differ'},
	};

	const {notes = []} = differenceFacts({first: {...first, others: 1}, further}, verification);

	t.is(notes[2], '1 other path of the step differs too');
	t.is(notes[3], 'the first that differs in more than the times of files is step 3/3, in /r: its bytes differ');
});

test('a config that differs is told by its fields', t => {
	t.like(differenceFacts({config: ['created']}, verification), {
		reason: 'the image is not the same twice: its config differs in created',
		notes: [varied],
	});
});
