import type {ArgInstruction} from '../../dockerfile/instruction.ts';
import {expander} from '../expand.ts';
import {type Scope, withEnvironment} from '../scope.ts';
import {configStep, type Planned, type Turn} from './draft.ts';

/** Build args that configure BuildKit and are never part of an environment (SURFACE ARG-8). */
const notForPrograms: ReadonlySet<string> = new Set(['BUILDKIT_SBOM_SCAN_CONTEXT', 'BUILDKIT_SBOM_SCAN_STAGE']);

/**
 * ARG: `--build-arg` goes before the default, which goes before the value from before the first FROM (SURFACE EXP-5,
 * EXP-6). Read from left to right: a default sees the names before it (EXP-3).
 */
export function planArg(turn: Turn<ArgInstruction>): Planned {
	let scope = turn.scope;
	const texts: string[] = [];
	for (const arg of turn.instruction.args) {
		const name = arg.key.text;
		const value = resolve(arg, scope, turn);
		scope = declare(scope, name, value);
		texts.push(value === undefined ? name : `${name}=${value}`);
	}
	return {step: configStep(turn, {set: 'arg'}, `ARG ${texts.join(' ')}`), scope};
}

function resolve(
	{key, value}: ArgInstruction['args'][number],
	scope: Scope,
	{instruction, surroundings}: Turn,
): string | undefined {
	const {buildArgs, globals, escape: sign} = surroundings;
	const given = buildArgs.get(key.text);
	if (given !== undefined || !value) return given ?? globals.get(key.text);
	const lookup = (name: string) => scope.environment.get(name);
	return expander({instruction, lookup, escape: sign})(value.text, value.location);
}

function declare(scope: Scope, name: string, value: string | undefined): Scope {
	const declared = {...scope, args: new Map([...scope.args, [name, value]])};
	return value === undefined || notForPrograms.has(name) ? declared : withEnvironment(declared, [[name, value]]);
}
