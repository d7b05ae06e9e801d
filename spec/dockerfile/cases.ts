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

const exceptions = new Map(
	(JSON.parse(readFileSync('spec/conformance/exceptions.json', 'utf8')).parser as Exception[]).map(exception => [
		exception.id,
		exception,
	]),
);

/** Makes a test of every case of a family. A case on the list of exceptions must fail, or the list is out of date. */
export function testFamily(family: string, checks: Readonly<Record<string, Check>>): void {
	if (!hasCorpus) {
		test.skip(`the cases of corpus/parser/${family}.json (skipped: this machine has no corpus)`, t => t.fail());
		return;
	}
	const {cases} = readCorpus<{cases: readonly Case[]}>(`parser/${family}.json`);
	for (const given of cases) {
		const check = checks[given.kind];
		const exception = exceptions.get(given.id);
		if (!check) continue;
		if (exception) test.failing(`${given.id} (${exception.state}: ${exception.reason})`, t => check(t, given));
		else test(given.id, t => check(t, given));
	}
}

/** A check that the result equals the expectation, or that there is an error where one is due. */
export function equals(act: (given: Case) => unknown): Check {
	return (t, given) => {
		if (given.error) t.throws(() => act(given), {name: 'DockerfileError'});
		else t.deepEqual(act(given), given.expect);
	};
}
