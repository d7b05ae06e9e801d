import {readFileSync} from 'node:fs';

const {cases} = JSON.parse(readFileSync(new URL('../../spec/conformance/decisions.json', import.meta.url), 'utf8'));

/** What is wrong with a case that passed by the word of one builder against others, or is said to do so and does not; else undefined. */
export function undecided({id, agreements = []}) {
	if (agreements.length === 0) return undefined;
	// what is written out by hand has its reason beside it
	const isAgainst = agreements.some(({name, others}) => name !== 'hand' && others.length > 0);
	if (isAgainst && !(id in cases)) return 'no decision why it goes with one builder against others';
	return !isAgainst && id in cases ? 'a decision that nothing needs' : undefined;
}
