import test from 'ava';
import {statusOf} from '../../lib/runtime/status.ts';

const cases: readonly (readonly [code: number, status: number | NodeJS.Signals])[] = [
	[0, 0],
	[1, 1],
	[127, 127],
	[129, 129],
	[130, 130],
	[134, 'SIGABRT'],
	[137, 'SIGKILL'],
	[139, 'SIGSEGV'],
	[143, 'SIGTERM'],
	[255, 255],
];

for (const [code, status] of cases)
	test(`exit code ${code} of a runtime is ${status}`, t => t.is(statusOf(code), status));
