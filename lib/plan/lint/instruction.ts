import {expandWord} from '../../dockerfile/expand.ts';
import type {
	AddInstruction,
	CmdInstruction,
	CopyInstruction,
	EntrypointInstruction,
	EnvInstruction,
	ExposeInstruction,
	HealthcheckInstruction,
	Instruction,
	LabelInstruction,
	WorkdirInstruction,
} from '../../dockerfile/instruction.ts';
import type {Linter, Place} from '../../dockerfile/lint/linter.ts';
import * as rules from '../../dockerfile/lint/rules.ts';
import type {Location} from '../../errors.ts';
import {expanderOf, type Turn} from '../steps/draft.ts';
import {isRemote} from '../steps/remote.ts';
import {nearestName} from './nearest.ts';
import {lintPort} from './port.ts';
import {expandedWords} from './words.ts';

/** What the checks of a stage know of the instructions above, besides their scope. It goes on to stages FROM it. */
export interface StageFacts {
	/** ARGs with or without a value, those of stages it is FROM among them. */
	readonly declared: ReadonlySet<string>;
	/** Whether the image says which shell runs its scripts. */
	readonly hasShell: boolean;
	readonly hasWorkdir: boolean;
}

/** What one instruction is checked with. */
export interface LintTurn<I extends Instruction = Instruction> {
	readonly turn: Turn<I>;
	readonly facts: StageFacts;
	/** Where those of which one counts stand last, by name. */
	readonly last: ReadonlyMap<string, Location>;
	readonly place: Place;
	readonly isExcluded: ((path: string) => boolean) | undefined;
}

/** Checks an instruction of a stage, ARG apart, which is checked value by value. May throw what planning it throws too. */
export function lintInstruction(at: LintTurn, lint: Linter): void {
	const {instruction} = at.turn;
	lintVariables(at, lint);
	switch (instruction.name) {
		case 'ENV':
		case 'LABEL':
			lintValues(narrowed(at, instruction), lint);
			break;
		case 'CMD':
		case 'ENTRYPOINT':
			lintCommand(narrowed(at, instruction), lint);
			break;
		case 'HEALTHCHECK':
			lintOnce(narrowed(at, instruction), lint);
			break;
		case 'WORKDIR':
			lintWorkdir(narrowed(at, instruction), lint);
			break;
		case 'EXPOSE':
			lintPorts(narrowed(at, instruction), lint);
			break;
		case 'ADD':
		case 'COPY':
			lintSources(narrowed(at, instruction), lint);
	}
}

/** Tells of the variables of a word that are not set, and are no ARG without a value. */
export function lintWord(
	text: string,
	{turn, facts, place}: Pick<LintTurn, 'turn' | 'facts' | 'place'>,
	{lint, isBody = false}: {readonly lint: Linter; readonly isBody?: boolean},
): void {
	const {environment} = turn.scope;
	const options = isBody ? ({quotes: 'ignore'} as const) : {escape: turn.surroundings.escape};
	const {unmatched} = expandWord(text, name => environment.get(name), options);
	for (const name of unmatched) {
		if (facts.declared.has(name) || notForPrograms.test(name)) continue;
		const nearest = nearestName(name, environment.keys());
		const help = nearest ? [`did you mean ${nearest}?`] : [`set it above: ARG ${name}=VALUE`];
		lint.report(rules.undefinedVar, [name, nearest], {...place, help});
	}
}

/** Names that look like those of secrets, unless they tell that it is none. */
export function lintSecret(
	name: string,
	instruction: 'ARG' | 'ENV',
	{place, lint}: {place: Place; lint: Linter},
): void {
	const word = (words: string) => new RegExp(`(?:_|^)(?:${words})(?:_|$)`, 'i');
	if (!word('apikey|auth|credentials?|key|password|pword|passwd|secret|token').test(name)) return;
	if (word('public|file|version').test(name)) return;
	const help = [`give it to the RUN that needs it: RUN --mount=type=secret,id=${name.toLowerCase()}`];
	lint.report(rules.secretsUsedInArgOrEnv, [instruction, name], {...place, help});
}

/** ARGs that configure BuildKit, and are never variables. */
const notForPrograms = /^BUILDKIT_SBOM_SCAN_(?:CONTEXT|STAGE)$/;

function lintVariables(at: LintTurn, lint: Linter): void {
	const {words, bodies} = expandedWords(at.turn.instruction);
	for (const word of words) lintWord(word, at, {lint});
	for (const body of bodies) lintWord(body, at, {lint, isBody: true});
}

function lintValues({turn, place}: LintTurn<EnvInstruction | LabelInstruction>, lint: Linter): void {
	const {name, keyword, values} = turn.instruction;
	for (const {key, value, legacy} of values) {
		if (legacy) {
			const written = /[\s"'\\]/.test(value.text) ? JSON.stringify(value.text) : value.text;
			const help = [`${keyword.text} ${key.text}=${written}`];
			lint.report(rules.legacyKeyValueFormat, [keyword.text], {...place, help});
		}
		if (name === 'ENV') lintSecret(expanderOf(turn)(key.text, key.location), 'ENV', {place, lint});
	}
}

function lintCommand(at: LintTurn<CmdInstruction | EntrypointInstruction>, lint: Linter): void {
	lintOnce(at, lint);
	const {keyword, command} = at.turn.instruction;
	if (command.form === 'exec' || at.facts.hasShell) return;
	const isPlain = /^[\w@%+=:,./ -]+$/.test(command.script);
	const argv = command.script.split(' ').filter(word => word !== '');
	const help = isPlain
		? [`${keyword.text} [${argv.map(word => JSON.stringify(word)).join(', ')}]`]
		: ['if a shell is meant, say so above it: SHELL ["/bin/sh", "-c"]'];
	lint.report(rules.jsonArgsRecommended, [keyword.text], {...at.place, help});
}

/** The earlier one is meant, for it is the one that has no effect. */
function lintOnce(
	{turn, last, place}: LintTurn<CmdInstruction | EntrypointInstruction | HealthcheckInstruction>,
	lint: Linter,
): void {
	const {name, keyword} = turn.instruction;
	const location = last.get(name);
	if (!location) return;
	const help = [`remove it, or put the other into a stage of its own: line ${place.location.start}`];
	lint.report(rules.multipleInstructionsDisallowed, [keyword.text], {...place, location, help});
}

function lintWorkdir({turn, facts, place}: LintTurn<WorkdirInstruction>, lint: Linter): void {
	const {text, location} = turn.instruction.path;
	const path = expanderOf(turn)(text, location);
	if (facts.hasWorkdir || path.startsWith('/')) return;
	lint.report(rules.workdirRelativePath, [path], {...place, help: [`WORKDIR /${path}`]});
}

function lintPorts({turn, place}: LintTurn<ExposeInstruction>, lint: Linter): void {
	for (const {text, location} of turn.instruction.ports) {
		for (const port of expanderOf(turn).words(text, location)) lintPort(port, place, lint);
	}
}

/** What the ignore file leaves out cannot be copied. Of another stage it says nothing. */
function lintSources({turn, place, isExcluded}: LintTurn<AddInstruction | CopyInstruction>, lint: Linter): void {
	const {instruction} = turn;
	if (!isExcluded || (instruction.name === 'COPY' && instruction.from)) return;
	for (const {text, location} of instruction.sources) {
		const source = expanderOf(turn)(text, location);
		if (isRemote(source)) continue;
		const path = cleaned(source);
		if (!isExcluded(path)) continue;
		const help = [`let it in, with a line at the end of .dockerignore: !${path}`];
		lint.report(rules.copyIgnoredFile, [instruction.name === 'ADD' ? 'Add' : 'Copy', path], {...place, help});
	}
}

/** Go's path.Clean: what leads out of the context stays. */
function cleaned(path: string): string {
	const parts: string[] = [];
	for (const part of path.split('/')) {
		if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
		else if (part !== '' && part !== '.' && !(part === '..' && path.startsWith('/'))) parts.push(part);
	}
	return `${path.startsWith('/') ? '/' : ''}${parts.join('/')}` || '.';
}

function narrowed<I extends Instruction>({turn, ...rest}: LintTurn, instruction: I): LintTurn<I> {
	return {...rest, turn: {...turn, instruction}};
}
