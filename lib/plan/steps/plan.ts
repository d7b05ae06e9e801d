import type {Instruction} from '../../dockerfile/instruction.ts';
import type {Scope} from '../scope.ts';
import {planArg} from './arg.ts';
import {planCmd, planEntrypoint, planHealthcheck, planMaintainer, planOnbuild, planShell, planUser} from './config.ts';
import {planAdd, planCopy} from './copy.ts';
import {planExpose, planStopsignal, planVolume} from './declare.ts';
import type {Planned, Surroundings} from './draft.ts';
import {planRun} from './run.ts';
import {planEnv, planLabel} from './values.ts';
import {planWorkdir} from './workdir.ts';

/** Plans one instruction of a stage: its variables are expanded, its paths joined, its defaults filled in. */
export function planInstruction(instruction: Instruction, scope: Scope, surroundings: Surroundings): Planned {
	const shared = {scope, surroundings};
	switch (instruction.name) {
		case 'ADD':
			return planAdd({instruction, ...shared});
		case 'ARG':
			return planArg({instruction, ...shared});
		case 'CMD':
			return planCmd({instruction, ...shared});
		case 'COPY':
			return planCopy({instruction, ...shared});
		case 'ENTRYPOINT':
			return planEntrypoint({instruction, ...shared});
		case 'ENV':
			return planEnv({instruction, ...shared});
		case 'EXPOSE':
			return planExpose({instruction, ...shared});
		case 'FROM':
			throw new Error('A FROM begins a stage and is no instruction of one');
		case 'HEALTHCHECK':
			return planHealthcheck({instruction, ...shared});
		case 'LABEL':
			return planLabel({instruction, ...shared});
		case 'MAINTAINER':
			return planMaintainer({instruction, ...shared});
		case 'ONBUILD':
			return planOnbuild({instruction, ...shared});
		case 'RUN':
			return planRun({instruction, ...shared});
		case 'SHELL':
			return planShell({instruction, ...shared});
		case 'STOPSIGNAL':
			return planStopsignal({instruction, ...shared});
		case 'USER':
			return planUser({instruction, ...shared});
		case 'VOLUME':
			return planVolume({instruction, ...shared});
		case 'WORKDIR':
			return planWorkdir({instruction, ...shared});
	}
}
