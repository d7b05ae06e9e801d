import {DockerfileError, type Location, UsageError} from '../../errors.ts';
import {type Directive, firstWord, lineOf} from '../directives.ts';
import type {Comment} from '../statement.ts';

/** Which rules are checked, as `# check=` says it (https://docs.docker.com/reference/dockerfile/#check). */
export interface CheckOptions {
	/** Rules that are not checked. */
	readonly skip: RuleNames;
	/** Experimental rules that are. */
	readonly experimental: RuleNames;
	/** Whether a finding makes the build fail. */
	readonly error: boolean;
	/** The directive that says so; absent if it was said elsewhere, or nowhere. */
	readonly location?: Location;
}

type RuleNames = 'all' | readonly string[];

const usual: CheckOptions = {skip: [], experimental: [], error: false};

/** What holds for a whole file. The build arg BUILDKIT_DOCKERFILE_CHECK takes the place of the directive (SURFACE PAR-10, ARG-4). */
export function checkOptions(
	{directives, file}: {readonly directives: readonly Directive[]; readonly file: string},
	chosen: string | undefined,
): CheckOptions {
	const help = ['as in: skip=JSONArgsRecommended;error=true'];
	if (chosen !== undefined) {
		const read = parseCheck(chosen);
		if (typeof read !== 'string') return read;
		throw new UsageError('BAD_CHECK', `--build-arg BUILDKIT_DOCKERFILE_CHECK: ${read}`, {help});
	}
	const directive = directives.find(({name}) => name === 'check');
	if (!directive) return usual;
	const location = lineOf(directive, file);
	const read = parseCheck(firstWord(directive));
	if (typeof read !== 'string') return {...read, location};
	throw new DockerfileError('BAD_CHECK', `check: ${read}`, {location, help});
}

/** What holds for one instruction: `# check=skip=…` among the comments above it. A comment that cannot be read says nothing. */
export function withComments(options: CheckOptions, comments: readonly Comment[]): CheckOptions {
	for (const {text} of comments) {
		const [, value] = /^check\s*=\s*(\S+)/i.exec(text) ?? [];
		if (value === undefined) continue;
		const own = parseCheck(value);
		if (typeof own === 'string') return options;
		const {skip, experimental} = own;
		return {
			...options,
			skip: joined(options.skip, skip),
			experimental: joined(options.experimental, experimental),
		};
	}
	return options;
}

export function isChecked(
	{name, experimental}: {readonly name: string; readonly experimental: boolean},
	options: CheckOptions,
): boolean {
	return experimental ? includes(options.experimental, name) : !includes(options.skip, name);
}

/** `skip=A,B;error=true;experimental=all`; answers with what is wrong where it cannot be read. */
function parseCheck(text: string): CheckOptions | string {
	let options = usual;
	for (const part of text.trim().split(';')) {
		const equals = part.indexOf('=');
		const [key, value] = [part.slice(0, Math.max(0, equals)).trim(), part.slice(equals + 1).trim()];
		if (key === 'skip' || key === 'experimental') options = {...options, [key]: namesIn(value)};
		else if (key === 'error') {
			if (!isBoolean(value)) return `error is true or false, not ${value || 'nothing'}`;
			options = {...options, error: /^(?:1|t|true)$/i.test(value)};
		} else if (text.trim() !== '') return `${key || part} is none of skip, error, experimental`;
	}
	return options;
}

/** As Go's strconv.ParseBool has it. */
function isBoolean(text: string): boolean {
	return /^(?:[10tTfF]|true|TRUE|True|false|FALSE|False)$/.test(text);
}

function namesIn(value: string): RuleNames {
	return value === 'all' ? 'all' : value.split(',').map(name => name.trim());
}

function joined(one: RuleNames, other: RuleNames): RuleNames {
	return one === 'all' || other === 'all' ? 'all' : [...one, ...other];
}

function includes(names: RuleNames, name: string): boolean {
	return names === 'all' || names.includes(name);
}
