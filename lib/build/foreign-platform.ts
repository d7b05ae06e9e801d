import {MachineError} from '../errors.ts';
import type {Platform} from '../oci/platform.ts';
import type {RunStep, Stage} from '../plan/plan.ts';
import {foreignPrograms} from '../worker/emulators.ts';

/** What is said of a RUN whose programs nothing here can run. */
export function cannotRun({location}: RunStep, {base}: Stage, platform: Platform): MachineError {
	const name = 'name' in base ? base.name : 'NAME';
	return new MachineError('FOREIGN_PLATFORM', foreignPrograms(platform), {
		location,
		help: [
			`let the stage run here: FROM --platform=$BUILDPLATFORM ${name}`,
			'or let it be emulated: apt install qemu-user-static',
		],
	});
}
