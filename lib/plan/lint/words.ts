import type {Instruction} from '../../dockerfile/instruction.ts';

/** What of an instruction is expanded. */
export interface Expanded {
	readonly words: readonly string[];
	/** Bodies of heredocs, in which quotes are characters as others. */
	readonly bodies: readonly string[];
}

/**
 * The words in which an unset variable is told of, as BuildKit does: once a word. Defaults of ARG are not among them,
 * because only those in use are expanded; those of EXPOSE it expands without a word.
 */
export function expandedWords(instruction: Instruction): Expanded {
	switch (instruction.name) {
		case 'ADD':
		case 'COPY': {
			const {chown = '', chmod = '', sources, files, destination} = instruction;
			const checksum = instruction.name === 'ADD' ? (instruction.checksum ?? '') : '';
			return {
				words: [chown, chmod, checksum, ...sources.map(({text}) => text), destination.text],
				bodies: files.filter(({expand}) => expand).map(({content}) => content),
			};
		}
		case 'ENV':
		case 'LABEL':
			return only(instruction.values.flatMap(({key, value}) => [key.text, value.text]));
		case 'RUN':
			return only(instruction.mounts.flatMap(({fields}) => fields.flatMap(({value}) => value ?? [])));
		case 'STOPSIGNAL':
			return only([instruction.signal.text]);
		case 'USER':
			return only([instruction.user.text]);
		case 'VOLUME':
			return only(instruction.paths.map(({text}) => text));
		case 'WORKDIR':
			return only([instruction.path.text]);
		default:
			return only([]);
	}
}

function only(words: readonly string[]): Expanded {
	return {words, bodies: []};
}
