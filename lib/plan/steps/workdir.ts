import type {WorkdirInstruction} from '../../dockerfile/instruction.ts';
import {joinPath} from '../scope.ts';
import {expanderOf, origin, type Planned, type Turn} from './draft.ts';

/** WORKDIR sets the config, and makes the directory (SURFACE WD-1). A relative path goes on from the one before. */
export function planWorkdir(turn: Turn<WorkdirInstruction>): Planned {
	const {instruction, scope} = turn;
	const path = joinPath(scope.workdir, expanderOf(turn)(instruction.path.text, instruction.path.location));
	return {
		step: {
			kind: 'workdir',
			...origin(instruction),
			createdBy: `WORKDIR ${path}`,
			path,
			user: scope.user,
			change: {set: 'workdir', path},
		},
		scope: {...scope, workdir: path},
	};
}
