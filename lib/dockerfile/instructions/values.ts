import {pairs} from '../arguments.ts';
import {fault} from '../fault.ts';
import type {EnvInstruction, KeyValue, LabelInstruction} from '../instruction.ts';
import type {Statement} from '../statement.ts';
import {headerOf, wordOf} from './header.ts';

/** `ENV name=value …`, or the old `ENV name rest of line` (SURFACE ENV-1). */
export function readEnv(statement: Statement): EnvInstruction {
	return {...headerOf(statement), name: 'ENV', values: readValues(statement)};
}

/** `LABEL name=value …`, or the old `LABEL name rest of line` (SURFACE LBL-1). */
export function readLabel(statement: Statement): LabelInstruction {
	return {...headerOf(statement), name: 'LABEL', values: readValues(statement)};
}

function readValues(statement: Statement): readonly KeyValue[] {
	const found = pairs(statement.rest, statement);
	if (found.length === 0) throw fault(statement, 'a name and a value are missing', {help: ['NAME=VALUE']});
	const unnamed = found.find(({key}) => key.text === '');
	if (unnamed) throw fault(statement, 'a name is missing before =', {span: unnamed.value, help: ['NAME=VALUE']});
	return found.map(({key, value, legacy}) => ({
		key: wordOf(key, statement),
		value: wordOf(value, statement),
		legacy,
	}));
}
