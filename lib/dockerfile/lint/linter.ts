import type {Location} from '../../errors.ts';
import type {Comment} from '../statement.ts';
import {type CheckOptions, isChecked, withComments} from './options.ts';
import type {Rule, RuleCard} from './rules.ts';

/** Something in a Dockerfile that a rule speaks against. */
export interface Finding extends Omit<RuleCard, 'name' | 'experimental'> {
	/** Name of the rule. */
	readonly rule: string;
	/** What BuildKit says of it. */
	readonly detail: string;
	/** What the screen says of it. */
	readonly message: string;
	readonly location: Location;
	/** Ways out, each to be printed as `help:`. */
	readonly help: readonly string[];
}

/** Where something was found. */
export interface Place {
	readonly location: Location;
	/** Above the instruction: `# check=skip=…` among them is obeyed. */
	readonly comments?: readonly Comment[];
	readonly help?: readonly string[];
}

/** Takes what checks find, and keeps what is to be told. */
export interface Linter {
	report<Facts extends readonly string[]>(rule: Rule<Facts>, facts: Facts, place: Place): void;
	/** Sorted by line, then by detail. */
	findings(): readonly Finding[];
}

export function linter(options: CheckOptions): Linter {
	const found: Finding[] = [];
	return {
		report({name, description, url, experimental, detail, message}, facts, {location, comments = [], help = []}) {
			if (!isChecked({name, experimental}, withComments(options, comments))) return;
			found.push({
				rule: name,
				description,
				...(url === undefined ? {} : {url}),
				detail: detail(...facts),
				message: message(...facts),
				location: {file: location.file, start: location.start, end: location.end},
				help,
			});
		},
		findings: () => found.toSorted((a, b) => a.location.start - b.location.start || compare(a.detail, b.detail)),
	};
}

function compare(a: string, b: string): number {
	return a < b ? -1 : Number(a > b);
}
