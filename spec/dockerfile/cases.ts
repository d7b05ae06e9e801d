import {readFileSync} from 'node:fs';
import test, {type ExecutionContext} from 'ava';
import {hasCorpus, readCorpus} from '../helpers/corpus.ts';

/** One case of corpus/parser: see the corpus' README. */
export interface Case {
	readonly id: string;
	readonly kind: string;
	// biome-ignore lint/suspicious/noExplicitAny: each kind has a form of its own
	readonly input: any;
	// biome-ignore lint/suspicious/noExplicitAny: each kind has a form of its own
	readonly expect?: any;
	readonly error?: true;
	readonly matched?: readonly string[] | null;
	readonly unmatched?: readonly string[] | null;
	readonly guaranteed?: boolean;
	readonly advisory?: boolean;
}

/** Checks one case; one that expects an error must throw in `act`. */
export type Check = (t: ExecutionContext, given: Case) => void;

interface Exception {
	readonly id: string;
	readonly reason: string;
	readonly state: 'decided' | 'open';
}

type Suite = 'parser' | 'real';

const exceptions: Readonly<Record<Suite, readonly Exception[]>> = JSON.parse(
	readFileSync('spec/conformance/exceptions.json', 'utf8'),
);

/** Makes a test of a case. One on the list of exceptions must fail, or the list is out of date. */
export function testCase(
	suite: Suite,
	{id, title = id}: {id: string; title?: string},
	check: (t: ExecutionContext) => void,
): void {
	const exception = exceptions[suite].find(candidate => candidate.id === id);
	if (exception) test.failing(`${title} (${exception.state}: ${exception.reason})`, check);
	else test(title, check);
}

/** Makes a test of every case of a family of the parser's. */
export function testFamily(family: string, checks: Readonly<Record<string, Check>>): void {
	if (!hasCorpus) {
		test.skip(`the cases of corpus/parser/${family}.json (skipped: this machine has no corpus)`, t => t.fail());
		return;
	}
	const {cases} = readCorpus<{cases: readonly Case[]}>(`parser/${family}.json`);
	for (const given of cases) {
		const check = checks[given.kind];
		if (check) testCase('parser', given, t => check(t, given));
	}
}

/** A check that the result equals the expectation, or that there is an error where one is due. */
export function equals(act: (given: Case) => unknown): Check {
	return (t, given) => {
		if (given.error) t.throws(() => act(given), {name: 'DockerfileError'});
		else t.deepEqual(act(given), given.expect);
	};
}
