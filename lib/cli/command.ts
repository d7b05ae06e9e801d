import type {Flag} from './flags.ts';
import type {Shell} from './shell.ts';

/** A command of strata: what `--help` says of it, and what it does. */
export interface Command {
	readonly name: string;
	/** What follows its name in the usage line. */
	readonly usage: string;
	/** What it is for: the lines below the usage line. */
	readonly purpose: readonly string[];
	/** Those of its own: the global ones come on top. */
	readonly flags: readonly Flag[];
	/** Those that `--help` lists, where it refers to another command for the others. */
	readonly shown?: readonly Flag[];
	/** How `--help` shows the flags: a line each under headings, or run together. */
	readonly layout: 'groups' | 'list' | 'short';
	/** Stands behind the flags of a short listing. */
	readonly remark?: string;
	readonly examples: readonly string[];
	/** The words are another program's, with the flags among them: our own come before the first. */
	readonly flagsFirst?: boolean;
	/** What it exits with because of an error, where that is another code than the error's. */
	readonly exitCodeOf?: (error: unknown) => number;
	/** Answers with the exit code. */
	readonly run: (args: Arguments, shell: Shell) => Promise<number>;
}

/** The parsed arguments of a command. */
export interface Arguments {
	readonly words: readonly string[];
	/** The value of a flag; of one given more than once, the last. */
	text(name: string): string | undefined;
	texts(name: string): readonly string[];
	has(name: string): boolean;
	/** As typed, the command's name left out. */
	readonly typed: readonly string[];
}
