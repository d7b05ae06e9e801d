import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {runSpecs} from '../parts/specs.mjs';
import {exceptionFor} from './exceptions.mjs';
import {corpus} from './families.mjs';

/** Which specs hold the families that need no build, and which of their titles are cases. */
const families = [
	{
		suite: 'parser',
		specs: ['dockerfile/corpus', 'plan/corpus', 'tree/corpus'],
		case: /^(([\w-]+)\/\S+?-\d+)(?=[: ]|$)/,
	},
	{suite: 'real', specs: ['dockerfile/real'], case: /^((\S+)) is read and planned/},
];

export const corpusSpecs = families.flatMap(({specs}) => specs.map(pathOf));

/**
 * The cases of the families parser and real, as their specs judge them: `results` as `runCase` gives them, and `notRun`, what no
 * spec has. The specs are compiled already.
 */
export async function runSpecFamilies(isChosen) {
	const results = [];
	for (const family of families.filter(({suite}) => isChosen({family: suite, id: suite}))) {
		results.push(...(await resultsOf(family)));
	}
	const known = new Set(results.map(({id}) => id));
	const isRun = results.some(({family}) => family.startsWith('parser/'));
	return {results, notRun: isRun ? parserCases().filter(({id}) => !known.has(id)) : []};
}

function parserCases() {
	const folder = join(corpus, 'parser');
	const files = readdirSync(folder).filter(name => name.endsWith('.json'));
	return files.flatMap(file => {
		const {cases} = JSON.parse(readFileSync(join(folder, file), 'utf8'));
		return cases.map(({id, kind}) => ({
			family: 'parser',
			id,
			notRun: `${kind} is a form that only upstream's code has between`,
		}));
	});
}

/** What is no case, such as a spec that cannot be loaded, counts when it fails. */
async function resultsOf({suite, specs, case: pattern}) {
	const results = [];
	for await (const {kind, title} of runSpecs(specs.map(pathOf))) {
		const name = title.replace(/^(?:\S+ › )*/, '');
		const [, id, group] = pattern.exec(name) ?? [];
		const isBad = kind !== 'passed';
		if (id === undefined) {
			if (isBad) results.push({family: suite, id: name, state: 'failed', reason: kind});
			continue;
		}
		const family = suite === 'parser' ? `parser/${group}` : suite;
		const exception = exceptionFor({family, id});
		// a case with an exception is a spec that must fail
		const failed = isBad ? !exception : exception !== undefined;
		results.push({family, id, exception, ...(failed ? {state: 'failed', reason: name} : {state: 'passed'})});
	}
	return results;
}

function pathOf(name) {
	return `build/spec/${name}.spec.js`;
}
