import type {EnvInstruction, LabelInstruction} from '../../dockerfile/instruction.ts';
import {withEnvironment} from '../scope.ts';
import {configStep, expanderOf, type Planned, type Turn} from './draft.ts';

/** ENV: all values are expanded before the first is set (SURFACE EXP-3). */
export function planEnv(turn: Turn<EnvInstruction>): Planned {
	const values = expandValues(turn);
	return {
		step: configStep(turn, {set: 'env', values}, `ENV ${joined(values)}`),
		scope: withEnvironment(turn.scope, values),
	};
}

export function planLabel(turn: Turn<LabelInstruction>): Planned {
	const values = expandValues(turn);
	return {step: configStep(turn, {set: 'labels', values}, `LABEL ${joined(values)}`), scope: turn.scope};
}

type Values = readonly (readonly [name: string, value: string])[];

function expandValues(turn: Turn<EnvInstruction | LabelInstruction>): Values {
	const expand = expanderOf(turn);
	return turn.instruction.values.map(({key, value}) => [
		expand(key.text, key.location),
		expand(value.text, value.location),
	]);
}

function joined(values: Values): string {
	return values.map(([name, value]) => `${name}=${value}`).join(' ');
}
