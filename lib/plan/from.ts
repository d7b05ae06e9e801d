import type {Dockerfile} from '../dockerfile/dockerfile.ts';
import {type Expansion, expandWord} from '../dockerfile/expand.ts';
import type {FromInstruction, Word} from '../dockerfile/instruction.ts';
import {suggest} from '../dockerfile/suggest.ts';
import {DockerfileError} from '../errors.ts';
import {located} from './expand.ts';
import type {Globals} from './globals.ts';

/** What a word of FROM is expanded with. */
export interface FromScope {
	readonly dockerfile: Dockerfile;
	readonly globals: Globals;
}

/** Expands a word of a FROM, which sees global args only (SURFACE EXP-1). Throws if nothing comes of it. */
export function expandFrom(word: Word, from: FromInstruction, {dockerfile, globals}: FromScope): Expansion {
	const expansion = located('FROM', word.location, () =>
		expandWord(word.text, name => globals.get(name), {escape: dockerfile.escape}),
	);
	if (expansion.value !== '') return expansion;
	const [name] = [...expansion.unmatched, ...expansion.matched];
	if (name !== undefined) throw unsetError(name, from, dockerfile);
	throw new DockerfileError('EMPTY_FROM', 'FROM: the image is empty', {
		location: word.location,
		help: ['nothing to start from:  FROM scratch'],
	});
}

/** What to say of a variable in a FROM that has no value. */
export function unsetError(name: string, from: FromInstruction, {args}: Dockerfile): DockerfileError {
	const word = [from.image, from.platform].find(candidate => candidate?.text.includes(name)) ?? from.image;
	const written = new RegExp(`\\$(?:${name}|\\{${name}[^}]*\\})`).exec(word.text)?.[0] ?? word.text;
	const globals = args.flatMap(instruction => instruction.args.map(({key}) => key.text));
	if (globals.includes(name)) {
		return new DockerfileError('ARG_EMPTY', `FROM: ${written} is empty, ARG ${name} has no value`, {
			location: word.location,
			help: [`give it a default: ARG ${name}=alpine`, `or give it: --build-arg ${name}=alpine`],
		});
	}
	const [nearest] = suggest(name, globals);
	return new DockerfileError(
		'ARG_UNDEFINED',
		`FROM: ${written} is empty, no ARG ${name} stands before the first FROM`,
		{
			location: word.location,
			notes: ['an ARG inside a stage is not seen by FROM'],
			help: [
				...(nearest ? [`did you mean ${nearest}?`] : []),
				`add above the first FROM: ARG ${name}=alpine`,
				`or give it: --build-arg ${name}=alpine`,
			],
		},
	);
}
