import {blankSeparated} from '../arguments.ts';
import {fault} from '../fault.ts';
import {flagSwitch, flagValue} from '../flags.ts';
import {heredocText, parseHeredoc} from '../heredoc.ts';
import type {AddInstruction, CopyInstruction, InlineFile, InstructionCommon} from '../instruction.ts';
import {jsonStrings} from '../json.ts';
import type {Span} from '../span.ts';
import type {Statement} from '../statement.ts';
import {headerOf, wordOf} from './header.ts';

const shared = {chown: 'value', chmod: 'value', link: 'switch', exclude: 'list'} as const;

/** `COPY [flags] source … destination` (SURFACE CPY-1). */
export function readCopy(statement: Statement): CopyInstruction {
	const header = headerOf(statement, {...shared, from: 'value', parents: 'switch'});
	const from = header.flags.find(({name, value}) => name === 'from' && value);
	return {
		...readTransfer(header, statement),
		name: 'COPY',
		...(from?.value ? {from: {text: from.value, location: from.location}} : {}),
	};
}

/** `ADD [flags] source … destination` (SURFACE CPY-1). */
export function readAdd(statement: Statement): AddInstruction {
	const header = headerOf(statement, {...shared, checksum: 'value', 'keep-git-dir': 'switch', unpack: 'switch'});
	const checksum = flagValue(header.flags, 'checksum');
	const keepGitDir = flagSwitch(header.flags, 'keep-git-dir');
	const unpack = flagSwitch(header.flags, 'unpack');
	return {
		...readTransfer(header, statement),
		name: 'ADD',
		...(checksum ? {checksum} : {}),
		...(keepGitDir === undefined ? {} : {keepGitDir}),
		...(unpack === undefined ? {} : {unpack}),
	};
}

function readTransfer(header: InstructionCommon, statement: Statement) {
	const {sources, files, destination} = readPaths(statement);
	const {flags} = header;
	const chown = flagValue(flags, 'chown');
	const chmod = flagValue(flags, 'chmod');
	return {
		...header,
		sources: sources.map(source => wordOf(source, statement)),
		files,
		destination: wordOf(destination, statement),
		...(chown ? {chown} : {}),
		...(chmod ? {chmod} : {}),
		link: flagSwitch(flags, 'link') ?? false,
		parents: flagSwitch(flags, 'parents') ?? false,
		exclude: flags.flatMap(({name, value}) => (name === 'exclude' && value ? [value] : [])),
	};
}

function readPaths(statement: Statement) {
	const words = pathWords(statement);
	const destination = words.at(-1);
	if (!destination || words.length < 2) {
		throw fault(statement, words.length === 0 ? 'source and destination are missing' : 'the destination is missing', {
			span: destination,
			help: [`as in: ${statement.keyword.text.toUpperCase()} src/ /app/`],
		});
	}
	if (statement.heredocs.length > 0 && isMark(destination)) {
		throw fault(statement, 'a heredoc cannot be the destination', {
			span: destination,
			help: [`as in: ${statement.keyword.text.toUpperCase()} <<EOF /etc/motd`],
		});
	}
	const isFile = (word: Span) => statement.heredocs.length > 0 && isMark(word);
	return {
		sources: words.slice(0, -1).filter(word => !isFile(word)),
		files: statement.heredocs.map(inlineFile),
		destination,
	};
}

/** The words, or the strings of the JSON form; `<< EOF` is one word. */
function pathWords(statement: Statement): readonly Span[] {
	const strings = jsonStrings(statement.rest);
	if (strings === 'mixed') {
		const help = ['put each value in double quotes'];
		throw fault(statement, 'a JSON array here holds strings only', {span: statement.rest, help});
	}
	if (strings) return strings;
	const words: Span[] = [];
	for (const word of blankSeparated(statement.rest)) {
		const before = words.at(-1);
		if (before && /^\d*<<-?$/.test(before.text)) words[words.length - 1] = {...before, text: before.text + word.text};
		else words.push(word);
	}
	return words;
}

function inlineFile(heredoc: Statement['heredocs'][number]): InlineFile {
	return {name: heredoc.name, content: heredocText(heredoc), expand: heredoc.expand};
}

function isMark({text}: Span): boolean {
	try {
		return parseHeredoc(text) !== undefined;
	} catch {
		// an odd quote: a path
		return false;
	}
}
