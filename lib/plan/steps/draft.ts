import type {Escape} from '../../dockerfile/directives.ts';
import type {Instruction, Word} from '../../dockerfile/instruction.ts';
import type {Platform} from '../../oci/platform.ts';
import {type Expander, expander} from '../expand.ts';
import type {Globals} from '../globals.ts';
import type {Base, ConfigChange, Step} from '../plan.ts';
import type {Scope} from '../scope.ts';

/** What instructions are planned with besides their scope: the same for all of a stage. */
export interface Surroundings {
	readonly buildArgs: ReadonlyMap<string, string>;
	readonly globals: Globals;
	readonly escape: Escape;
	readonly network: 'default' | 'none' | 'host';
	readonly platform: Platform;
	/** What a `--from` names. */
	source(name: Word, instruction: Instruction): Base;
}

/** An instruction, what it sees, and with what it is planned. */
export interface Turn<I extends Instruction = Instruction> {
	readonly instruction: I;
	readonly scope: Scope;
	readonly surroundings: Surroundings;
}

type Unnumbered<T> = T extends Step ? Omit<T, 'id' | 'label'> : never;

/** A step that has not got its number yet. */
export type StepDraft = Unnumbered<Step>;

/** What becomes of an instruction: its step, and the scope of those after it. */
export interface Planned {
	readonly step: StepDraft;
	readonly scope: Scope;
}

/** Expands the words of the instruction with what is set before it (SURFACE EXP-3). */
export function expanderOf({instruction, scope, surroundings}: Turn): Expander {
	const lookup = (name: string) => scope.environment.get(name);
	return expander({instruction, lookup, escape: surroundings.escape});
}

/** The text and place of a step. */
export function origin(instruction: Instruction) {
	return {text: summary(instruction), location: instruction.location};
}

/** A step that changes the config only. ONBUILD leaves no history. */
export function configStep({instruction}: Turn, change: ConfigChange, createdBy?: string): StepDraft {
	return {kind: 'config', ...origin(instruction), ...(createdBy === undefined ? {} : {createdBy}), change};
}

/** As people see it: one line, blanks collapsed, a heredoc as its number of lines (UX.md section 2). */
function summary({text, heredocs}: Instruction): string {
	const line = text.replace(/\s+/g, ' ').trim();
	if (heredocs.length === 0) return line;
	const lines = heredocs.reduce((sum, {content}) => sum + content.split('\n').length - 1, 0);
	return `${line} (${lines} ${lines === 1 ? 'line' : 'lines'})`;
}
