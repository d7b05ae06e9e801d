import test from 'ava';
import {reworded} from '../../lib/container/errors.ts';
import {MachineError, StepError} from '../../lib/errors.ts';

const runtime = (said: string) =>
	new MachineError('RUNTIME_FAILED', 'crun could not start the program of RUN', {notes: [`crun 1.8 says: ${said}`]});

for (const [title, error, expected] of [
	[
		'a program that is not there',
		new StepError('PROGRAM_MISSING', 'RUN: no vim in the image', {help: ['use the exec form: RUN ["/app", "arg"]']}),
		{code: 'PROGRAM_MISSING', message: 'no vim in the image', help: ['another program: strata run IMAGE PROGRAM']},
	],
	[
		'a program that may not be executed',
		runtime('exec: "/etc/passwd": permission denied'),
		{code: 'PROGRAM_UNUSABLE', message: 'crun could not start the program'},
	],
	[
		'a program whose interpreter is not there',
		runtime('exec /x: no such file or directory'),
		{code: 'PROGRAM_MISSING', message: 'crun could not start the program'},
	],
	['what a runtime cannot', runtime('no space left'), {code: 'RUNTIME_FAILED'}],
	[
		'what a Dockerfile would be told',
		new StepError('ROOT_UNSOUND', '/proc is a link in the image: RUN needs a directory there', {
			help: ['put it right in a COPY above, or take another base'],
		}),
		{message: '/proc is a link in the image: a container needs a directory there', help: []},
	],
] as const) {
	test(`of a container is said otherwise: ${title}`, t => {
		t.like(reworded(error), expected);
	});
}

test('what is no error of a RUN stays as it is', t => {
	const error = new TypeError('x');

	t.is(reworded(error), error);
});
