import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {elfPattern, type Pattern} from './elf-pattern.ts';

/** Where the kernel tells of what runs programs that it does not run itself. https://docs.kernel.org/admin-guide/binfmt-misc.html */
export const registry = '/proc/sys/fs/binfmt_misc';

/** A program that runs those that begin with a pattern. */
export interface Registration extends Pattern {
	readonly name: string;
	readonly interpreter: string;
	readonly flags: string;
	/** Where in the program the pattern is. */
	readonly offset: number;
}

/** What a registry has that is in force, and that a container can use whose files lack the interpreter: that was opened when it was registered (F). */
export function registrations(folder = registry): readonly Registration[] {
	return entriesIn(folder)
		.flatMap(name => registrationOf(name, readQuietly(join(folder, name))))
		.filter(({flags}) => flags.includes('F'));
}

/** Whether it runs the programs of an architecture, by whatever name it goes. */
export function runs({offset, magic, mask}: Registration, architecture: string): boolean {
	const program = elfPattern(architecture)?.magic;
	if (!program || offset !== 0 || magic.length > program.length) return false;
	return magic.every((byte, at) => ((byte ^ (program[at] ?? 0)) & (mask[at] ?? 0xff)) === 0);
}

/** The text that registers it: what an emulator is called, by what it knows its programs, and what it is to be told and allowed. */
export function registrationText({name, interpreter, flags, offset, magic, mask}: Registration): string {
	return `:${name}:M:${offset}:${escaped(magic)}:${escaped(mask)}:${interpreter}:${flags}`;
}

/** `\x7f\x45` */
export function escaped(bytes: Uint8Array): string {
	return [...bytes].map(byte => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}

function entriesIn(folder: string): readonly string[] {
	try {
		return readdirSync(folder).filter(name => name !== 'register' && name !== 'status');
	} catch {
		return [];
	}
}

/** An entry may be taken out while we look. */
function readQuietly(path: string): string {
	try {
		return readFileSync(path, 'utf8');
	} catch {
		return '';
	}
}

/** None of what is known by the end of its name, or is switched off. */
function registrationOf(name: string, text: string): readonly Registration[] {
	const field = (key: string) => new RegExp(`^${key}:? (.*)$`, 'm').exec(text)?.[1];
	const [interpreter, magic] = [field('interpreter'), field('magic')];
	if (!/^enabled$/m.test(text) || interpreter === undefined || magic === undefined) return [];
	const bytes = Buffer.from(magic, 'hex');
	const mask = Buffer.from(field('mask') ?? 'ff'.repeat(bytes.length), 'hex');
	return [{name, interpreter, flags: field('flags') ?? '', offset: Number(field('offset') ?? 0), magic: bytes, mask}];
}
