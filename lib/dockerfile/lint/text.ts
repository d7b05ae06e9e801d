import type {Dockerfile, StageText} from '../dockerfile.ts';
import type {ArgInstruction, FromInstruction, Instruction} from '../instruction.ts';
import type {Reading} from '../parse.ts';
import type {Linter} from './linter.ts';
import * as rules from './rules.ts';

/** Finds what can be seen in the text alone, in every stage. Of a text with an error, what stands above that is told. */
export function lintText(reading: Reading, lint: Linter): void {
	for (const instruction of reading.instructions) {
		lintContinuation(instruction, lint);
		lintAlone(instruction, lint);
	}
	if (!reading.dockerfile) return;
	lintStageNames(reading.dockerfile.stages, lint);
	lintCasing(reading.dockerfile, lint);
}

/** BuildKit points to the last line of the instruction, wherever the empty ones are. */
function lintContinuation({emptyLines, heredocs, location, text}: Instruction, lint: Linter): void {
	if (emptyLines.length === 0) return;
	const below = heredocs.reduce((sum, {content}) => sum + content.split('\n').length, 0);
	const last = {...location, start: location.end - below, end: location.end - below};
	lint.report(rules.noEmptyContinuation, [], {location: last, help: [`without it: ${text}`]});
}

function lintAlone(instruction: Instruction, lint: Linter): void {
	const {location, comments} = instruction;
	switch (instruction.name) {
		case 'FROM':
			lintFrom(instruction, lint);
			break;
		case 'ARG':
			lintDescription(
				instruction,
				instruction.args.map(({key}) => key.text),
				lint,
			);
			break;
		case 'MAINTAINER': {
			const label = `LABEL org.opencontainers.image.authors=${JSON.stringify(instruction.author)}`;
			lint.report(rules.maintainerDeprecated, [], {location, comments, help: [label]});
		}
	}
}

function lintFrom(from: FromInstruction, lint: Linter): void {
	if (!from.as) return;
	const {location, comments, keyword} = from;
	const {keyword: as, name} = from.as;
	const lower = name.text.toLowerCase();
	if (name.text !== lower) {
		lint.report(rules.stageNameCasing, [name.text], {location, comments, help: [rewritten(from, {name: lower})]});
	}
	const wanted = keyword.text === keyword.text.toLowerCase() ? as.text.toLowerCase() : as.text.toUpperCase();
	if (isOneCase(keyword.text) && as.text !== wanted) {
		const help = [rewritten(from, {as: wanted})];
		lint.report(rules.fromAsCasing, [keyword.text, as.text], {location, comments, help});
	}
	lintDescription(from, [lower], lint);
}

/** The last comment above an ARG or a FROM describes it, and begins with its name (SURFACE PAR-14). */
function lintDescription(
	{name, location, comments}: ArgInstruction | FromInstruction,
	names: readonly string[],
	lint: Linter,
): void {
	const [first = ''] = comments.at(-1)?.text.split(' ') ?? [];
	if (comments.length === 0 || names.includes(first)) return;
	const example = names.length > 1 ? '<arg_key>' : (names[0] ?? '');
	const help = ['put an empty line below the comment, or begin it with a name'];
	lint.report(rules.invalidDefinitionDescription, [name, example], {location, comments, help});
}

function lintStageNames(stages: readonly StageText[], lint: Linter): void {
	const seen = new Set<string>();
	for (const {from} of stages) {
		const name = from.as?.name.text.toLowerCase();
		if (name === undefined) continue;
		const place = {location: from.location};
		if (name === 'scratch' || name === 'context') lint.report(rules.reservedStageName, [name], place);
		if (seen.has(name)) lint.report(rules.duplicateStageName, [name], place);
		seen.add(name);
	}
}

/** Most of the keywords decide; with as many of one case as of the other, upper case is right. */
function lintCasing({stages}: Dockerfile, lint: Linter): void {
	const all = stages.flatMap(({from, instructions}) => [from, ...instructions]);
	const uniform = all.map(({keyword}) => keyword.text).filter(isOneCase);
	const lower = uniform.filter(keyword => keyword === keyword.toLowerCase()).length;
	const isLower = lower > uniform.length - lower;
	for (const {keyword, location} of all) {
		const wanted = isLower ? keyword.text.toLowerCase() : keyword.text.toUpperCase();
		if (keyword.text === wanted) continue;
		const casing = isLower ? 'lowercase' : 'uppercase';
		const help = [`write it as the others: ${wanted}`];
		lint.report(rules.consistentInstructionCasing, [keyword.text, casing], {location, help});
	}
}

function rewritten(from: FromInstruction, {as, name}: {readonly as?: string; readonly name?: string}): string {
	const before = from.text.trimEnd().split(/\s+/).slice(0, -2);
	return [...before, as ?? from.as?.keyword.text, name ?? from.as?.name.text].join(' ');
}

function isOneCase(text: string): boolean {
	return text === text.toLowerCase() || text === text.toUpperCase();
}
