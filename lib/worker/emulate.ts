import {writeFileSync} from 'node:fs';
import {MachineError} from '../errors.ts';
import {mount} from '../linux/mount.ts';
import {type Registration, registrations, registrationText, registry, runs} from './binfmt.ts';
import {elfPattern} from './elf-pattern.ts';
import {type Emulator, emulatorName} from './emulators.ts';

/** Whether this process made one. */
let hasOwnRegistry = false;

/**
 * Tells the kernel of an emulator, in the registry of our own user namespace. That one hides the machine's, so it is only made
 * where the machine's has none, and is told of what the machine's has. The program is opened now (F), so it need not be in any
 * image, and it is told by what name (P) and with whose rights (C) it stands for another.
 */
export function emulate({architecture, isRegistered, path}: Emulator): void {
	if (path === undefined || (isRegistered && !hasOwnRegistry)) return;
	try {
		if (!hasOwnRegistry) openOwnRegistry();
		if (registrations().some(one => runs(one, architecture))) return;
		const pattern = elfPattern(architecture);
		if (pattern) {
			const name = emulatorName(architecture);
			register({name, interpreter: path, flags: 'POCF', offset: 0, ...pattern});
		}
	} catch (cause) {
		throw new MachineError('EMULATOR_REFUSED', `the kernel does not take ${path} as an emulator for ${architecture}`, {
			notes: [cause instanceof Error ? cause.message : String(cause)],
			help: ['register it for the whole machine (root, once): apt install binfmt-support qemu-user-static'],
			cause,
		});
	}
}

function openOwnRegistry(): void {
	const machines = registrations();
	mount(registry, {type: 'binfmt_misc'});
	hasOwnRegistry = true;
	for (const one of machines) {
		try {
			register(one);
		} catch {
			// Its interpreter is not among our files: what it ran has to be emulated otherwise.
		}
	}
}

function register(one: Registration): void {
	writeFileSync(`${registry}/register`, registrationText(one));
}
