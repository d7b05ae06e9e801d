import test from 'ava';
import {exclusionBy} from '../../../lib/context/exclusion.ts';
import {parseIgnoreFile} from '../../../lib/context/ignore-file.ts';
import {hasCorpus, readCorpus} from '../../helpers/corpus.ts';
import {lint} from './linting.ts';

interface Warning {
	readonly ruleName: string;
	readonly description: string;
	readonly url?: string;
	readonly detail: string;
	readonly line: number;
}

interface LintStep {
	readonly op: string;
	readonly dockerfile: string;
	readonly dockerignore?: string;
	readonly attrs?: Readonly<Record<string, string>>;
	readonly warnings: readonly Warning[];
	readonly warnings_unmarshal?: readonly Warning[];
	readonly build_error?: string;
}

interface Case {
	readonly id: string;
	readonly steps: readonly LintStep[];
}

const cases = hasCorpus ? readCorpus<{readonly cases: readonly Case[]}>('integration/check.json').cases : [];

for (const {id, steps} of cases) {
	for (const step of steps.filter(({op}) => op === 'lint')) {
		test(`corpus ${id}: a build finds what BuildKit's finds`, t => {
			t.deepEqual(found(step, {everyStage: false}), inOrder(step.warnings));
		});

		// upstream compares no lines here, and those it says for stages that nothing needs are not right
		test(`corpus ${id}: a check of all stages finds what BuildKit's finds`, t => {
			const expected = inOrder(step.warnings_unmarshal ?? step.warnings);

			t.deepEqual(found(step, {everyStage: true}).map(withoutLine), expected.map(withoutLine));
		});
	}
}

function found({dockerfile, dockerignore = '', attrs = {}}: LintStep, {everyStage}: {readonly everyStage: boolean}) {
	const given = Object.entries(attrs).map(([name, value]) => [name.replace(/^build-arg:/, ''), value]);
	const isExcluded = exclusionBy(parseIgnoreFile(dockerignore));
	const answer = lint(dockerfile, {everyStage, buildArgs: Object.fromEntries(given), isExcluded});
	return answer.findings.map(({rule, location, message: _message, help: _help, ...finding}) => {
		return {url: '', ...finding, ruleName: rule, line: location.start};
	});
}

function inOrder(warnings: readonly Warning[]) {
	return warnings.map(told).sort((a, b) => a.line - b.line || (a.detail < b.detail ? -1 : 1));
}

function told({ruleName, description, url = '', detail, line}: Warning) {
	return {ruleName, description, url, detail, line};
}

function withoutLine<T extends {readonly line: number}>({line: _, ...rest}: T): Omit<T, 'line'> {
	return rest;
}
