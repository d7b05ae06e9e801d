import {jsonOrWords} from '../arguments.ts';
import {fault} from '../fault.ts';
import type {VolumeInstruction} from '../instruction.ts';
import {trimmed} from '../span.ts';
import type {Statement} from '../statement.ts';
import {headerOf, wordOf} from './header.ts';

/** `VOLUME path …`, or JSON. */
export function readVolume(statement: Statement): VolumeInstruction {
	const header = headerOf(statement);
	const paths = jsonOrWords(statement.rest, statement).map(trimmed);
	if (paths.length === 0) throw fault(statement, 'a path is missing', {help: ['as in: VOLUME /data']});
	const empty = paths.find(({text}) => text === '');
	if (empty) throw fault(statement, 'a path is empty', {span: empty, help: ['as in: VOLUME /data']});
	return {...header, name: 'VOLUME', paths: paths.map(path => wordOf(path, statement))};
}
