import {DockerfileError} from '../errors.ts';
import type {Line} from './lines.ts';

/** What escapes a character and continues a line. */
export type Escape = '\\' | '`';

/** A parser directive, such as `# syntax=docker/dockerfile:1` (https://docs.docker.com/reference/dockerfile/#parser-directives). */
export interface Directive {
	readonly name: 'syntax' | 'escape' | 'check';
	/** Everything after the `=`. */
	readonly value: string;
	/** Its line, from 1. */
	readonly line: number;
}

/**
 * The directives at the top of a Dockerfile: they end at the first line that is none, be it a comment, a blank or an
 * instruction (SURFACE PAR-8). A `#!` line before them is passed over.
 */
export function readDirectives(lines: readonly Line[], file: string): readonly Directive[] {
	const directives: Directive[] = [];
	for (const line of lines.slice(hasShebang(lines) ? 1 : 0)) {
		const directive = directiveIn(line, '#');
		if (!directive) break;
		if (directives.some(({name}) => name === directive.name)) throw repeated(directive, file);
		directives.push(directive);
	}
	return directives;
}

/** The frontend that a Dockerfile, or a file in another language, asks for: also as `//syntax=` or in JSON. */
export function findSyntax(lines: readonly Line[], directives: readonly Directive[]): Directive | undefined {
	return directives.find(({name}) => name === 'syntax') ?? slashedSyntax(lines) ?? jsonSyntax(lines);
}

/** The value of the escape directive. */
export function escapeOf(directives: readonly Directive[], file: string): Escape {
	const directive = directives.find(({name}) => name === 'escape');
	const value = directive?.value ?? '\\';
	if (value === '\\' || value === '`') return value;
	throw new DockerfileError('BAD_DIRECTIVE', `escape is \\ or \`, not ${value}`, {
		location: lineOf(directive, file),
		help: ['# escape=`'],
	});
}

/** What counts of a value: the rest after a blank is a remark. */
export function firstWord({value}: Directive): string {
	return value.split(' ', 1)[0] ?? '';
}

/** Where a directive stands. */
export function lineOf(directive: Directive | undefined, file: string) {
	const line = directive?.line ?? 1;
	return {file, start: line, end: line};
}

function directiveIn({text, number}: Line, marker: '#' | '//'): Directive | undefined {
	const line = text.trimStart();
	if (!line.startsWith(marker)) return undefined;
	const [, name = '', rest = ''] = /^\s*([a-zA-Z][a-zA-Z0-9]*)\s*=(.+)$/.exec(line.slice(marker.length)) ?? [];
	const lower = name.toLowerCase();
	const value = rest.trim();
	if (lower !== 'syntax' && lower !== 'escape' && lower !== 'check') return undefined;
	if (value === '') return undefined;
	return {name: lower, value, line: number};
}

function slashedSyntax(lines: readonly Line[]): Directive | undefined {
	for (const line of lines.slice(hasShebang(lines) ? 1 : 0)) {
		const directive = directiveIn(line, '//');
		if (directive?.name === 'syntax') return directive;
		if (!directive) return undefined;
	}
	return undefined;
}

function jsonSyntax(lines: readonly Line[]): Directive | undefined {
	const source = lines.slice(hasShebang(lines) ? 1 : 0);
	if (!source[0]?.text.trimStart().startsWith('{')) return undefined;
	try {
		const {syntax}: {syntax?: unknown} = JSON.parse(source.map(({raw}) => raw).join(''));
		return typeof syntax === 'string' ? {name: 'syntax', value: syntax, line: source[0].number} : undefined;
	} catch {
		return undefined;
	}
}

function hasShebang(lines: readonly Line[]): boolean {
	return lines[0]?.text.startsWith('#!') ?? false;
}

function repeated(directive: Directive, file: string): DockerfileError {
	return new DockerfileError('BAD_DIRECTIVE', `only one ${directive.name} directive can be used`, {
		location: lineOf(directive, file),
		help: ['remove the line'],
	});
}
