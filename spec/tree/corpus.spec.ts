import test from 'ava';
import {DockerfileError} from '../../lib/errors.ts';
import {compilePatterns} from '../../lib/tree/patterns.ts';
import {hasCorpus, readCorpus} from '../helpers/corpus.ts';

interface Case {
	readonly id: string;
	readonly kind: string;
	readonly input: {readonly patterns: readonly string[]; readonly path: string};
	readonly expect?: boolean;
	readonly error?: boolean;
	readonly source: string;
}

if (hasCorpus) {
	const {cases} = readCorpus<{cases: Case[]}>('parser/dockerignore.json');
	for (const {id, input, expect, error} of cases.filter(({kind}) => kind === 'match')) {
		test(`${id}: ${input.patterns.join(' ')} on ${input.path} (IGN-3, IGN-4)`, t => {
			if (error) t.throws(() => judge(input.patterns, input.path), {instanceOf: DockerfileError});
			else t.is(judge(input.patterns, input.path.replace(/\/$/, '')), expect === true);
		});
	}
} else {
	test.skip('the corpus of .dockerignore cases is not on this machine', () => {});
}

function judge(patterns: readonly string[], path: string): boolean {
	return compilePatterns(patterns.map(text => ({text}))).judge(path).matched;
}
